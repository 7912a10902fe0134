// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

/// a < b, elementwise, on integers or reals (or two booleans, as 0 and 1): a boolean. False where an operand is NaN.
struct less_op : elementwise<2> {
  static constexpr std::string_view name = "less";
  static constexpr ir::kinds rule = ir::kinds::compare;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a < b; }
  static constexpr ir::interval range(ir::interval x, ir::interval y) {
    return {double(x.hi < y.lo), double(x.lo < y.hi)};
  }
};
constexpr expr operator<(const at& a, const at& b) { return ir::binary<less_op>(a, b); }

/// a <= b, elementwise, on integers or reals (or two booleans, as 0 and 1): a boolean. False where an operand is NaN.
struct less_equal_op : elementwise<2> {
  static constexpr std::string_view name = "less_equal";
  static constexpr ir::kinds rule = ir::kinds::compare;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a <= b; }
  static constexpr ir::interval range(ir::interval x, ir::interval y) {
    return {double(x.hi <= y.lo), double(x.lo <= y.hi)};
  }
};
constexpr expr operator<=(const at& a, const at& b) { return ir::binary<less_equal_op>(a, b); }

/// a > b, elementwise, on integers or reals (or two booleans, as 0 and 1): a boolean. False where an operand is NaN.
struct greater_op : elementwise<2> {
  static constexpr std::string_view name = "greater";
  static constexpr ir::kinds rule = ir::kinds::compare;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a > b; }
  static constexpr ir::interval range(ir::interval x, ir::interval y) {
    return {double(x.lo > y.hi), double(x.hi > y.lo)};
  }
};
constexpr expr operator>(const at& a, const at& b) { return ir::binary<greater_op>(a, b); }

/// a >= b, elementwise, on integers or reals (or two booleans, as 0 and 1): a boolean. False where an operand is NaN.
struct greater_equal_op : elementwise<2> {
  static constexpr std::string_view name = "greater_equal";
  static constexpr ir::kinds rule = ir::kinds::compare;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a >= b; }
  static constexpr ir::interval range(ir::interval x, ir::interval y) {
    return {double(x.lo >= y.hi), double(x.hi >= y.lo)};
  }
};
constexpr expr operator>=(const at& a, const at& b) { return ir::binary<greater_equal_op>(a, b); }

/// a == b, elementwise, on integers or reals (or two booleans, as 0 and 1): a boolean. False where an operand is NaN.
struct equal_op : elementwise<2> {
  static constexpr std::string_view name = "equal";
  static constexpr ir::kinds rule = ir::kinds::compare;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a == b; }
  static constexpr ir::interval range(ir::interval x, ir::interval y) {
    return {double(x.lo == x.hi && y.lo == y.hi && x.lo == y.lo), double(x.lo <= y.hi && y.lo <= x.hi)};
  }
};
constexpr expr operator==(const at& a, const at& b) { return ir::binary<equal_op>(a, b); }

/// a != b, elementwise, on integers or reals (or two booleans, as 0 and 1): a boolean. True where an operand is NaN.
struct not_equal_op : elementwise<2> {
  static constexpr std::string_view name = "not_equal";
  static constexpr ir::kinds rule = ir::kinds::compare;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a != b; }
  static constexpr ir::interval range(ir::interval x, ir::interval y) {
    return {double(x.hi < y.lo || y.hi < x.lo), double(!(x.lo == x.hi && y.lo == y.hi && x.lo == y.lo))};
  }
};
constexpr expr operator!=(const at& a, const at& b) { return ir::binary<not_equal_op>(a, b); }
} // namespace weft

extern template struct weft::ir::of<weft::less_op>;
extern template struct weft::ir::of<weft::less_equal_op>;
extern template struct weft::ir::of<weft::greater_op>;
extern template struct weft::ir::of<weft::greater_equal_op>;
extern template struct weft::ir::of<weft::equal_op>;
extern template struct weft::ir::of<weft::not_equal_op>;
