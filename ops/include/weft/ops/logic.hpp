// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

/// a and b, elementwise on booleans.
struct logical_and_op : elementwise<2> {
  static constexpr std::string_view name = "logical_and";
  static constexpr ir::kinds rule = ir::kinds::logic;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a & b; }
  static constexpr ir::interval range(ir::interval a, ir::interval b) { return {a.lo * b.lo, a.hi * b.hi}; }
};
constexpr expr operator&&(const at& a, const at& b) { return ir::binary<logical_and_op>(a, b); }

/// a or b, elementwise on booleans.
struct logical_or_op : elementwise<2> {
  static constexpr std::string_view name = "logical_or";
  static constexpr ir::kinds rule = ir::kinds::logic;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a | b; }
  static constexpr ir::interval range(ir::interval a, ir::interval b) {
    return {a.lo > b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi};
  }
};
constexpr expr operator||(const at& a, const at& b) { return ir::binary<logical_or_op>(a, b); }

/// Exactly one of a and b, elementwise on booleans.
struct logical_xor_op : elementwise<2> {
  static constexpr std::string_view name = "logical_xor";
  static constexpr ir::kinds rule = ir::kinds::logic;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a ^ b; }
  static constexpr ir::interval range(ir::interval a, ir::interval b) {
    const bool known = a.lo == a.hi && b.lo == b.hi;
    return {known && a.lo != b.lo ? 1. : 0, known && a.lo == b.lo ? 0. : 1};
  }
};
constexpr expr logical_xor(const at& a, const at& b) { return ir::binary<logical_xor_op>(a, b); }

/// not a, elementwise on booleans.
struct logical_not_op : elementwise<1> {
  static constexpr std::string_view name = "logical_not";
  static constexpr ir::kinds rule = ir::kinds::logic;
  [[gnu::always_inline]] static auto eval(auto a) { return a == 0; }
  static constexpr ir::interval range(ir::interval a) { return {1 - a.hi, 1 - a.lo}; }
};
constexpr expr operator!(const at& a) { return ir::unary<logical_not_op>(a); }
} // namespace weft

extern template struct weft::ir::of<weft::logical_and_op>;
extern template struct weft::ir::of<weft::logical_or_op>;
extern template struct weft::ir::of<weft::logical_xor_op>;
extern template struct weft::ir::of<weft::logical_not_op>;
