// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/math.hpp>
#include <weft/ops/neg.hpp>

namespace weft {

/// The largest integer not above x, as a real, elementwise; exact, keeps infinities and NaN.  d/dx = 0, at integers
/// too.
struct floor_op : elementwise<1> {
  static constexpr std::string_view name = "floor";
  static constexpr double flops = 5;
  [[gnu::always_inline]] static auto eval(auto x) { return math::floor(x); }
  static constexpr std::array<expr, 1> partials(const expr&, const expr&) { return {}; }
  static constexpr double fold(const double* x) { return math::floor(x[0]); }
  static constexpr ir::interval range(ir::interval x) { return {math::floor(x.lo), math::floor(x.hi)}; }
};
constexpr expr floor(const at& x) { return ir::unary<floor_op>(x); }
/// The smallest integer not below x, as a real: -floor(-x).
constexpr expr ceil(const at& x) { return -at(floor(at(-x, x.where)), x.where); }
} // namespace weft

extern template struct weft::ir::of<weft::floor_op>;
