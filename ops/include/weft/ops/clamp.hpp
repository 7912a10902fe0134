// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/compare.hpp>
#include <weft/ops/where.hpp>

namespace weft {

/// x, but `low` below it and `high` above it (`high` if they are in the wrong order); NaN at NaN.  At either end the
/// derivative goes to x, beyond it to the end.
constexpr expr clamp(const at& x, const at& low, const at& high) {
  const ir::scope s("clamp", x);
  const expr raised = where(x < low, low, x);
  return where(raised > high, high, raised);
}
} // namespace weft
