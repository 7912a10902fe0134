// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/math.hpp>
#include <weft/ops/neg.hpp>

namespace weft {

constexpr expr sin(const at& x);
constexpr expr cos(const at& x);

/// sin(x), x in radians, elementwise.  d/dx = cos(x).  Within 1.6 ulp for all x, however large; NaN at infinities.
struct sin_op : elementwise<1> {
  static constexpr std::string_view name = "sin";
  static constexpr double flops = 25;
  [[gnu::always_inline]] static auto eval(auto x) { return math::sin(x); }
  static constexpr std::array<expr, 1> partials(const expr& x, const expr&) { return {cos(x)}; }
  static constexpr ir::interval range(ir::interval) { return {-1, 1}; }
};

/// cos(x), x in radians, elementwise.  d/dx = -sin(x).  Within 1.6 ulp for all x, however large; NaN at infinities.
struct cos_op : elementwise<1> {
  static constexpr std::string_view name = "cos";
  static constexpr double flops = 25;
  [[gnu::always_inline]] static auto eval(auto x) { return math::cos(x); }
  static constexpr std::array<expr, 1> partials(const expr& x, const expr&) { return {-at(sin(x))}; }
  static constexpr ir::interval range(ir::interval) { return {-1, 1}; }
};

constexpr expr sin(const at& x) { return ir::unary<sin_op>(x); }
constexpr expr cos(const at& x) { return ir::unary<cos_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::sin_op>;
extern template struct weft::ir::of<weft::cos_op>;
