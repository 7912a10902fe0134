// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/expr.hpp>

/// The algebra that differentiation and rewriting speak, declared here and defined by the ops of these names.
namespace weft {
constexpr expr operator+(const at& a, const at& b);
constexpr expr operator*(const at& a, const at& b);
constexpr expr operator-(const at& a);
constexpr expr operator-(const at& a, const at& b);
constexpr expr operator/(const at& a, const at& b);
constexpr expr operator==(const at& a, const at& b);
constexpr expr operator&&(const at& a, const at& b);
constexpr expr operator!(const at& x);
constexpr expr where(const at& condition, const at& a, const at& b);
constexpr expr contract(const at& a, const at& b, const axes& over);
/// Sums x over `over`.
constexpr expr sum(const at& x, const axes& over);
constexpr expr to_integer(const at& x);
constexpr expr rename(const at& x, axis_ref from, axis_ref to);
constexpr expr exchange(const at& x, axis_ref one, axis_ref other);
} // namespace weft
