// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/math.hpp>
#include <weft/ops/algebra.hpp>

namespace weft {

constexpr expr exp_lowered(const at& x);

/// exp(x) as plans take it of values from which the largest of a row was taken: with fewer instructions.  d/dx = y.
/// Within 1.3 + |x| / 4 ulp (without fma 1.3 + 5/4 |x|); 0 at -inf; results below the smallest normal number may be 0;
/// inf from 88.4 (float32), 709.5 (float64) on.
struct exp_lowered_op : elementwise<1> {
  static constexpr std::string_view name = "exp_lowered";
  static constexpr unsigned traits = ir::trait::exponential;
  static constexpr double flops = 12;
  [[gnu::always_inline]] static auto eval(auto x) { return math::exp_lowered(x); }
  static constexpr std::array<expr, 1> partials(const expr&, const expr& y) { return {y}; }
  static constexpr ir::interval range(ir::interval x) { return {0, x.hi == -infinity ? 0 : infinity}; }
};
constexpr expr exp_lowered(const at& x) { return ir::unary<exp_lowered_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::exp_lowered_op>;
