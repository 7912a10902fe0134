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

/// Calls f(node) for the memory of every value that a step reads as a view in which axes have other names or places: a
/// part of it may lie in another part of the memory.
template <class F> constexpr void each_moved_read(graph_view g, const plan_view& p, const step& s, F f) {
  each_value_read(g, p, s, [&](int i) {
    bool moved = false;
    for (int k = i; g[k].op->how == form::view; k = g.in(k, 0))
      moved = moved || !g[k].op->is(trait::keeps_axes | trait::identity);
    if (moved) f(storage_of(g, i));
  });
}
/// Whether a step reads what steps [first, end) write at other places than it was written.
constexpr bool reads_moved(graph_view g, const plan_view& p, const step& s, int first, int end) {
  bool found = false;
  each_moved_read(g, p, s, [&](int i) {
    for (int k = first; k < end; k++)
      each_access(g, p, p.steps[k], [](int) {}, [&](int w) { found = found || w == i; });
  });
  return found;
}
/// Whether a chain reads memory where other parts of it may already have written another value over it.
constexpr bool reads_moved(graph_view g, const plan_view& p, const chain& c, int memory) {
  bool found = false;
  for (int s = c.first; s < c.first + c.steps && c.steps > 1; s++)
    each_moved_read(g, p, p.steps[s], [&](int i) { found = found || i == memory; });
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
        if (!enough(both) || reads_moved(g, p, p.steps[end], s, end)) break;
        shared = both;
      }
    chains.push_back({s, end - s, end - s > 1 ? shared : axes{}});
    s = end;
  }
  return chains;
}
} // namespace weft::ir
