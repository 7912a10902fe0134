// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/exp.hpp>

namespace weft {

constexpr expr expm1(const at& x);

/// exp(x) - 1, elementwise, without cancellation near 0.  d/dx = exp(x): y + 1 would lose it for large negative x.
/// Within 1.9 ulp (float32), 1.8 (float64); -1 at -inf.
struct expm1_op : elementwise<1> {
  static constexpr std::string_view name = "expm1";
  static constexpr double flops = 16;
  [[gnu::always_inline]] static auto eval(auto x) { return math::expm1(x); }
  static constexpr std::array<expr, 1> partials(const expr& x, const expr&) { return {exp(x)}; }
  static constexpr ir::interval range(ir::interval) { return {-1, infinity}; }
};
constexpr expr expm1(const at& x) { return ir::unary<expm1_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::expm1_op>;
