// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/compare.hpp>
#include <weft/ops/maximum.hpp>
#include <weft/ops/minimum.hpp>
#include <weft/ops/where.hpp>

namespace weft {
namespace ir {
/// Whether an expression is an integer or a boolean, as far as can be told before it meets a traced value.
constexpr bool is_whole(const expr& x) {
  if (x.attached()) return x.kind() != real;
  bool whole = !x.empty();
  for (int i = 0; i < x.loose.n; i++) {
    const token& t = x.loose.t[i];
    const bool number = t.op->how == form::constant;
    whole = whole && (number ? t.k != real : t.op->rule != kinds::reals && t.op->rule != kinds::measure);
  }
  return whole;
}
} // namespace ir

/// x, but `low` below it and `high` above it (`high` if they are in the wrong order); NaN at NaN.  At either end the
/// derivative goes to x, beyond it to the end.
constexpr expr clamp(const at& x, const at& low, const at& high) {
  const ir::scope s("clamp", x);
  if (ir::is_whole(x.e) && ir::is_whole(low.e) && ir::is_whole(high.e)) return min(max(x, low), high);
  const expr raised = where(x < low, low, x);
  return where(raised > high, high, raised);
}
} // namespace weft
