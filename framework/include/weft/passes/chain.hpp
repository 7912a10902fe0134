// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/memory_access.hpp>

namespace weft::ir {

/// Steps [first, first + steps) whose parts along the axes `shared` don't depend on each other (the batch and the heads
/// of attention): each coordinate goes through all of them while its values are in cache, and no thread waits in
/// between.
struct chain {
  int first = 0, steps = 1;
  axes shared;
};

/// The axes along which a step's parts are independent.
constexpr axes independent(graph_view g, const plan_view& p, const step& s) {
  if (s.what == step::run_general || s.what == step::run_stream) return {};
  if (s.what == step::run_product) {
    axes both;
    for (axis_ref a : g[s.id].ax)
      if (g[g.in(s.id, 0)].ax.has(a) && g[g.in(s.id, 1)].ax.has(a)) both.add(a);
    return both;
  }
  const region& r = p.regions[s.id];
  const axes kept = r.space.without(r.reduced);
  return r.space.n ? kept.without(axes(r.space[r.space.n - 1])) : kept; // lanes stay whole
}

/// Whether a step reads what steps [first, end) write under other axes than it was written.
constexpr bool reads_renamed(graph_view g, const plan_view& p, const step& s, int first, int end) {
  bool found = false;
  each_value_read(g, p, s, [&](int i) {
    bool renamed = false;
    for (int k = i; g[k].op->how == form::view; k = g.in(k, 0))
      renamed = renamed || !g[k].op->is(trait::keeps_axes | trait::identity);
    if (renamed)
      for (int k = first; k < end; k++)
        each_access(g, p, p.steps[k], [](int) {}, [&](int w) { found = found || w == storage_of(g, i); });
  });
  return found;
}

/// All steps as chains, most of one step. A longer one begins with a product that has four parts or more. Extents
/// decide, never the number of threads.
constexpr list<chain> find_chains(graph_view g, const plan_view& p, const extents_of& extent) {
  list<chain> chains;
  const auto enough = [&](const axes& shared) { return elements_of(shared, extent) >= 4; };
  for (int s = 0; s < p.steps.size();) {
    axes shared = independent(g, p, p.steps[s]);
    int end = s + 1;
    if (p.steps[s].what == step::run_product && enough(shared))
      for (; end < p.steps.size(); end++) {
        const axes mine = independent(g, p, p.steps[end]);
        axes both;
        for (axis_ref a : shared)
          if (mine.has(a)) both.add(a);
        if (!enough(both) || reads_renamed(g, p, p.steps[end], s, end)) break;
        shared = both;
      }
    chains.push_back({s, end - s, end - s > 1 ? shared : axes{}});
    s = end;
  }
  return chains;
}
} // namespace weft::ir
