// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/math.hpp>
#include <weft/ops/algebra.hpp>

namespace weft {

/// The nearest integer, as a real, elementwise; halves go to the even one (IEEE 754, numpy); exact, keeps infinities
/// and NaN.  d/dx = 0, at halves too.
struct round_op : elementwise<1> {
  static constexpr std::string_view name = "round";
  static constexpr double flops = 4;
  [[gnu::always_inline]] static auto eval(auto x) { return math::round(x); }
  static constexpr std::array<expr, 1> partials(const expr&, const expr&) { return {}; }
  static constexpr double fold(const double* x) { return math::round(x[0]); }
  static constexpr ir::interval range(ir::interval x) { return {math::round(x.lo), math::round(x.hi)}; }
};
constexpr expr round(const at& x) { return ir::unary<round_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::round_op>;
