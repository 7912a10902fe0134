// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/rewrite.hpp>

namespace weft::ir {

/// If node i is exp(x - guarded(y)) with y a log-sum-exp of that x: y, else -1.
constexpr int normalised_by(graph_view g, int i) {
  if (!g.nodes.at[i].op->is(trait::exponential)) return -1;
  const int difference = g.in(i, 0);
  if (!g.nodes.at[difference].op->is(trait::subtraction)) return -1;
  const int guarded = g.in(difference, 1);
  if (!g.nodes.at[guarded].op->is(trait::guard)) return -1;
  const int lse = g.in(guarded, 0);
  return g.nodes.at[lse].op->is(trait::log_sum_exp) && g.in(lse, 0) == g.in(difference, 0) &&
                 g.nodes.at[i].ax == g.nodes.at[g.in(lse, 0)].ax
             ? lse
             : -1;
}

/// Replaces ops by the simpler ones that they are made of, where nothing streams them: after it every node but general
/// ops has a loop of its own.
constexpr void expand(graph_view g, builder& b) {
  rewriter r(g, b);
  for (int i = 0; i < g.nodes.count; i++) {
    const node& x = g.nodes.at[i];
    b.stage = x.stage;
    const int lse = normalised_by(g, i);
    const bool normalised = lse >= 0 && g.nodes.at[lse].op->expand_normalised;
    if (!normalised && !x.op->expand) {
      r.moved.at[i] = r.copy(x).id;
      continue;
    }
    const node& y = normalised ? g.nodes.at[lse] : x;
    r.moved.at[i] = with_room<expr>(y.count, [&](expr* in) {
      r.operands(y, in);
      return (normalised ? y.op->expand_normalised(in, y) : y.op->expand(in, y)).id;
    });
  }
  r.finish();
}
} // namespace weft::ir
