// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/math.hpp>
#include <weft/ops/mul.hpp>

namespace weft {

constexpr expr exp2(const at& x);

/// 2^x, elementwise.  d/dx = ln(2) y.  Within 1.3 ulp, exact at integers; results below the smallest normal number are
/// 0; 0 at -inf.
struct exp2_op : elementwise<1> {
  static constexpr std::string_view name = "exp2";
  static constexpr double flops = 12;
  [[gnu::always_inline]] static auto eval(auto x) { return math::exp2(x); }
  static constexpr std::array<expr, 1> partials(const expr&, const expr& y) { return {0.69314718055994531 * at(y)}; }
  static constexpr ir::interval range(ir::interval x) { return {0, x.hi == -infinity ? 0 : infinity}; }
};
constexpr expr exp2(const at& x) { return ir::unary<exp2_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::exp2_op>;
