// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/plan.hpp>

/// Which step writes and reads what, and where in one arena each value lies while it lives.
namespace weft::ir {

/// Calls f(node) for every node whose memory a step reads, and w(node) for every one that it writes.
template <class Reads, class Writes> constexpr void each_access(graph_view g, const plan_view& p, const step& s, Reads r, Writes w) {
  if (s.what != step::run_region) {
    for (int j = 0; j < g[s.id].count; j++) r(storage_of(g, g.in(s.id, j)));
    return w(s.id);
  }
  const region& x = p.regions[s.id];
  for (int k = 0; k < x.passes; k++) {
    const region_pass& pass = p.passes[x.first_pass + k];
    for (int i = 0; i < pass.loads; i++)
      if (const slot& l = p.slots[pass.first_slot + i]; l.where == slot::value) r(storage_of(g, l.id));
    for (int i = pass.slots() - pass.stores; i < pass.slots(); i++)
      if (const slot& l = p.slots[pass.first_slot + i]; l.where == slot::value) w(l.id);
  }
  for (int i = 0; i < x.exits; i++) w(p.exits[x.first_exit + i].node);
}

/// The extent of every axis, by the program's own rules: static, bound by an input, or made by an op.
constexpr long elements_of(const axes& ax, const extents_of& extent) {
  long n = 1;
  for (axis_ref a : ax) n *= extent(a);
  return n;
}
/// Bytes of a value where reals (and integers) have `real_size`, rounded up so that whole packets can be read.
constexpr long bytes_of(const node& x, const extents_of& extent, int real_size) {
  const long bytes = elements_of(x.ax, extent) * (x.k == boolean ? 1 : real_size);
  return (bytes + 127) / 64 * 64;
}

/// The output whose memory a node writes directly, or -1: the first one that is this node itself. Integers and booleans
/// are converted for the caller, and so are copied.
constexpr list<int> direct_outputs(graph_view g, const plan_view& p) {
  list<int> direct(g.size(), -1);
  for (int k = 0; k < g.outputs.size(); k++)
    if (const int o = g.outputs[k]; p.stored[o] && g[o].k == real && direct[o] < 0) direct[o] = k;
  return direct;
}

struct memory_plan {
  list<long> offset; ///< of each node in the arena, -1 if it has no memory there
  long peak = 0;
};

/// First fit over the values' lifetimes, which are counted in steps. Nodes with a direct output have the caller's memory.
constexpr memory_plan plan_memory(graph_view g, const plan_view& p, range<int> direct, const extents_of& extent, int real_size) {
  memory_plan m;
  m.offset = list<long>(g.size(), -1);
  list<int> last(g.size(), -1);
  for (int s = 0; s < p.steps.size(); s++)
    each_access(g, p, p.steps[s], [&](int i) { last[i] = s; }, [&](int i) { last[i] = last[i] < s ? s : last[i]; });
  for (int o : g.outputs) last[storage_of(g, o)] = p.steps.size();
  struct block {
    long from = 0, size = 0;
  };
  list<block> gaps; // in order of address, none touching another
  const auto take = [&](long size) {
    for (int k = 0; k < gaps.size(); k++)
      if (gaps[k].size >= size) {
        const long at = gaps[k].from;
        gaps[k].from += size, gaps[k].size -= size;
        return at;
      }
    long at = m.peak;
    if (gaps.size() && gaps.back().from + gaps.back().size == m.peak) at = gaps.back().from, gaps.pop_back();
    m.peak = at + size;
    return at;
  };
  const auto give = [&](long from, long size) {
    int k = 0;
    while (k < gaps.size() && gaps[k].from < from) k++;
    gaps.push_back({});
    for (int i = gaps.size() - 1; i > k; i--) gaps[i] = gaps[i - 1];
    gaps[k] = {from, size};
    list<block> merged;
    for (const block& b : gaps) {
      if (b.size == 0) continue;
      if (merged.size() && merged.back().from + merged.back().size == b.from) merged.back().size += b.size;
      else merged.push_back(b);
    }
    gaps = merged;
  };
  list<int> ends(p.steps.size() + 1, -1), next(g.size(), -1); // values by the step that reads them last, as chains
  for (int s = 0; s < p.steps.size(); s++) {
    each_access(
        g, p, p.steps[s], [](int) {},
        [&](int i) {
          if (m.offset[i] >= 0 || direct[i] >= 0) return;
          m.offset[i] = take(bytes_of(g[i], extent, real_size));
          next[i] = ends[last[i]];
          ends[last[i]] = i;
        });
    for (int i = ends[s]; i >= 0; i = next[i]) give(m.offset[i], bytes_of(g[i], extent, real_size));
  }
  return m;
}
} // namespace weft::ir
