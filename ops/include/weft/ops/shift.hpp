// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/compare.hpp>
#include <weft/ops/roll.hpp>
#include <weft/ops/where.hpp>

namespace weft {

/// y[i] = x[i - by] along an axis, `fill` where that is no place of x: a token shift, or a causal delay.  What moves
/// out is lost and gets no cotangent.
constexpr expr shift(const at& x, axis_ref axis, long by, const at& fill = 0) {
  const ir::scope s("shift", x);
  const expr rolled = roll(x, axis, by);
  if (by == 0) return x.e;
  const expr i = index(axis), inside = by > 0 ? i >= static_cast<int>(by) : i < extent(axis) + static_cast<int>(by);
  return where(inside, rolled, fill);
}
} // namespace weft
