// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/logic.hpp>
#include <weft/ops/max.hpp>
#include <weft/ops/min.hpp>

namespace weft {

namespace ir {
/// The first place along an axis where x equals `extreme` or is NaN.
constexpr expr first_place(const at& x, const expr& extreme, axis_ref axis) {
  const expr found = x == at(extreme, x.where) || x != x;
  return min(where(found, index(axis), extent(axis)), axis);
}
} // namespace ir
/// Where the largest value along an axis is: an integer.  Ties: the first.  NaN counts as the largest.  Of an empty
/// axis the largest integer, a place on no axis.  No derivative.
constexpr expr argmax(const at& x, axis_ref axis) {
  const ir::scope s("argmax", x);
  return ir::first_place(x, max(x, axis), axis);
}
/// Where the smallest value along an axis is: an integer.  Ties: the first.  NaN counts as the smallest.  Of an empty
/// axis the largest integer, a place on no axis.  No derivative.
constexpr expr argmin(const at& x, axis_ref axis) {
  const ir::scope s("argmin", x);
  return ir::first_place(x, min(x, axis), axis);
}
} // namespace weft
