// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/structural.hpp>

namespace weft::ir {

/// Between which values all elements of node i lie, whatever the arguments of the program are: by the ops' `range`,
/// through so many nodes one after another.
constexpr interval known_range(const builder& g, int i, int through = 12) {
  constexpr interval anything{-infinity, infinity, true};
  const node& x = g.nodes.at[i];
  const auto of = [&](int j) { return known_range(g, g.operands.at[x.first + j], through - 1); };
  if (x.op == &constant_def) return {x.at.value, x.at.value};
  if (x.op == &index_def)
    return {0, x.at.axis->extent == unbound ? infinity : static_cast<double>(x.at.axis->extent - 1)};
  if (x.op == &extent_def) return {0, infinity};
  if (through == 0) return anything;
  if (x.op->is(trait::keeps_axes | trait::identity)) return of(0);
  if (x.op->how != form::map || !x.op->range) return anything;
  const interval in[3]{x.count > 0 ? of(0) : anything, x.count > 1 ? of(1) : anything, x.count > 2 ? of(2) : anything};
  interval r = x.op->range(in, x.at);
  r.nan = r.nan && x.k == real;
  return r.lo <= r.hi && !(x.k == integer && wraps(r, *x.op, 2147483647)) ? r : anything;
}
} // namespace weft::ir
