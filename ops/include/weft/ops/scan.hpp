// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/shift.hpp>

namespace weft {

/// How a scan goes along its axis: cumsum(x, key, {.reverse = true}).
struct scan {
  bool exclusive = false; ///< each place sees those before it, not itself
  bool reverse = false;   ///< from the last place to the first
};

namespace ir {
/// How an op that scans keeps its direction, in `start`.
inline constexpr long reversed = 1, late = 2;
constexpr attributes scan_along(axis_ref axis, long bits) {
  attributes a;
  a.axis = axis, a.start = bits;
  return a;
}
/// A scan's axes: those of its operands, one of which has the axis.
constexpr verdict scanned(const operand* in, int n, const attributes& a) {
  verdict v = matched(in, n, a);
  if (!v.refused && !v.out.has(a.axis))
    return {{}, "no axis", a.axis, nullptr, "scan along one of the operand's own axes"};
  return v;
}
/// y as seen from the next place of the scan; `first` at the first one.
constexpr expr one_later(const at& y, axis_ref axis, bool reverse, const at& first) {
  return shift(y, axis, reverse ? -1 : 1, first);
}
constexpr expr as_asked(const at& y, axis_ref axis, scan how, const at& first) {
  return how.exclusive ? one_later(y, axis, how.reverse, first) : y.e;
}
} // namespace ir
} // namespace weft
