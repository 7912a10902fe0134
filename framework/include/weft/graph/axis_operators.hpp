// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/expr.hpp>

/// `query >= key` where index(query) >= index(key) is meant: axes convert to pointers, which the language would
/// compare. It is reported where a traced value meets it. (An `axis_ref` compares with an axis as pointers do.)
namespace weft {

template <class X> inline constexpr bool is_axis = false;
template <text Name, long Extent, role Role, int Primes>
inline constexpr bool is_axis<axis<Name, Extent, Role, Primes>> = true;
template <class B, class A>
concept beside_axis = (is_axis<A> && !std::is_pointer_v<B>) || (is_axis<B> && !std::is_pointer_v<A>);

namespace ir {
constexpr expr axis_as_value() {
  expr r;
  r.loose.refuse(nullptr,
                 "an axis is not a value; index(axis) are the positions along it, extent(axis) is their number");
  return r;
}
} // namespace ir

template <class A, beside_axis<A> B> constexpr expr operator+(A, B) { return ir::axis_as_value(); }
template <class A, beside_axis<A> B> constexpr expr operator-(A, B) { return ir::axis_as_value(); }
template <class A, beside_axis<A> B> constexpr expr operator*(A, B) { return ir::axis_as_value(); }
template <class A, beside_axis<A> B> constexpr expr operator/(A, B) { return ir::axis_as_value(); }
template <class A, beside_axis<A> B> constexpr expr operator==(A, B) { return ir::axis_as_value(); }
template <class A, beside_axis<A> B> constexpr expr operator!=(A, B) { return ir::axis_as_value(); }
template <class A, beside_axis<A> B> constexpr expr operator<(A, B) { return ir::axis_as_value(); }
template <class A, beside_axis<A> B> constexpr expr operator<=(A, B) { return ir::axis_as_value(); }
template <class A, beside_axis<A> B> constexpr expr operator>(A, B) { return ir::axis_as_value(); }
template <class A, beside_axis<A> B> constexpr expr operator>=(A, B) { return ir::axis_as_value(); }
template <class A, beside_axis<A> B> constexpr expr operator&&(A, B) { return ir::axis_as_value(); }
template <class A, beside_axis<A> B> constexpr expr operator||(A, B) { return ir::axis_as_value(); }
template <beside_axis<int> A> constexpr expr operator-(A) { return ir::axis_as_value(); }
template <beside_axis<int> A> constexpr expr operator!(A) { return ir::axis_as_value(); }
} // namespace weft
