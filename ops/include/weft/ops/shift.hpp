// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/compare.hpp>
#include <weft/ops/roll.hpp>
#include <weft/ops/where.hpp>

#include <algorithm>
#include <limits>

namespace weft {

/// y[i] = x[i - by] along an axis, `fill` where that is no place of x: a token shift, or a causal delay.  What moves
/// out is lost and gets no cotangent.
constexpr expr shift(const at& x, axis_ref axis, long by, const at& fill) {
  const ir::scope s("shift", x);
  const expr rolled = roll(x, axis, by);
  if (by == 0) return x.e;
  const int far = std::numeric_limits<int>::max(), n = static_cast<int>(std::clamp<long>(by, -far, far));
  const expr i = index(axis), inside = n > 0 ? i >= n : i < extent(axis) + n;
  return where(inside, rolled, fill);
}
/// The same with 0, or false.
constexpr expr shift(const at& x, axis_ref axis, long by) {
  return shift(x, axis, by, at(x.e.kind() == boolean ? expr(false) : expr(0), x.where));
}
} // namespace weft
