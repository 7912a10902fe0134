// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/chain.hpp>

/// Where in one arena each value lies while it lives.
namespace weft::ir {

/// The output whose memory a node writes directly, or -1: the first one that is this node itself. Integers and booleans
/// are converted for the caller, and so are copied.
constexpr list<int> direct_outputs(graph_view g, const plan_view& p) {
  list<int> direct(g.size(), -1);
  for (int k = 0; k < g.outputs.size(); k++)
    if (const int o = g.outputs[k]; p.stored[o] && g[o].k == real && direct[o] < 0) direct[o] = k;
  return direct;
}

/// Whether a region may write value `to` over value `from`, which nothing reads later and which lies like it: they are
/// of one kind, and every pass that stores `to` has read what it needs of `from` before.
constexpr bool overwrites(graph_view g, const plan_view& p, const region& r, int to, int from) {
  if (g[to].k != g[from].k || !g[to].ax.matches(r.space)) return false;
  bool read = false, overwritten = false;
  for (int k = 0; k < r.passes; k++) {
    const region_pass& pass = p.passes[r.first_pass + k];
    short load = -1, stored = -1;
    for (int i = 0; i < pass.loads; i++) {
      const slot& l = p.slots[pass.first_slot + i];
      if (l.where == slot::value && storage_of(g, l.id) == from) {
        if (load >= 0 || l.id != from || overwritten) return false;
        load = static_cast<short>(i), read = true;
      }
    }
    for (int i = 0; i < pass.stores; i++)
      if (const slot& l = p.slots[pass.first_slot + pass.slots() - pass.stores + i];
          l.where == slot::value && l.id == to)
        stored = static_cast<short>(i);
    if (stored < 0) continue;
    overwritten = true;
    bool written = false;
    short place = -1;
    for (int i = 0; i < pass.count; i++) {
      const instruction& x = p.instructions[pass.first + i];
      if (x.what == instruction::load && x.slot == load) place = static_cast<short>(i);
      if (written && place >= 0 && (x.arg[0] == place || x.arg[1] == place || x.arg[2] == place)) return false;
      written = written || (x.what == instruction::store && x.slot == stored);
    }
  }
  return read;
}

/// One arena, whose pieces are taken first fit.
struct arena_blocks {
  struct block {
    long from = 0, size = 0;
  };
  list<block> gaps; ///< in order of address, none touching another
  long peak = 0;

  constexpr long take(long size) {
    for (block& b : gaps)
      if (b.size >= size) {
        b.size -= size;
        return std::exchange(b.from, b.from + size);
      }
    long at = peak;
    if (gaps.size() && gaps.back().from + gaps.back().size == peak) at = gaps.back().from, gaps.pop_back();
    peak = at + size;
    return at;
  }
  constexpr void give(long from, long size) {
    list<block> all;
    const auto add = [&](const block& b) {
      if (b.size == 0) return;
      if (all.size() && all.back().from + all.back().size == b.from) all.back().size += b.size;
      else all.push_back(b);
    };
    int k = 0;
    while (k < gaps.size() && gaps[k].from < from) add(gaps[k++]);
    add({from, size});
    while (k < gaps.size()) add(gaps[k++]);
    gaps = std::move(all);
  }
};

struct memory_plan {
  list<long> offset; ///< of each node in the arena, -1 if it has no memory there
  long peak = 0;
};

/// First fit over the values' lifetimes, which are counted in steps. Nodes with a direct output have the caller's
/// memory.
constexpr memory_plan plan_memory(graph_view g, const plan_view& p, range<int> direct, const extents_of& extent,
                                  int real_size) {
  const int steps = p.steps.size();
  list<long> offset(g.size(), -1);
  list<int> last(g.size(), -1); // the step that reads a value last
  for (int s = 0; s < steps; s++)
    each_access(g, p, p.steps[s], [&](int i) { last[i] = s; }, [&](int i) { last[i] = last[i] < s ? s : last[i]; });
  for (int o : g.outputs) last[storage_of(g, o)] = steps;

  list<int> dying(steps + 1, -1), next(g.size(), -1); // values by their last step, as linked lists
  const auto place_of_one_that_dies = [&](int i, int s, const chain& c) {
    if (p.steps[s].what == step::run_region)
      for (int* before = &dying[s]; *before >= 0; before = &next[*before])
        if (const int d = *before;
            p.order[i] == p.order[d] && overwrites(g, p, p.regions[p.steps[s].id], i, d) && !reads_moved(g, p, c, d)) {
          *before = next[d];
          return offset[d];
        }
    return -1l;
  };
  arena_blocks arena;
  const auto place = [&](int i, int s, const chain& c) {
    if (offset[i] >= 0 || direct[i] >= 0) return;
    offset[i] = place_of_one_that_dies(i, s, c);
    if (offset[i] < 0) offset[i] = arena.take(bytes_of(g[i], extent, real_size));
    next[i] = std::exchange(dying[last[i]], i);
  };
  // The parts of a chain are at different steps at one time: what dies in it is given back when all of it is done.
  for (const chain& c : find_chains(g, p, extent)) {
    const int end = c.first + c.steps;
    for (int s = c.first; s < end; s++) each_access(g, p, p.steps[s], [](int) {}, [&](int i) { place(i, s, c); });
    for (int s = c.first; s < end; s++)
      for (int i = dying[s]; i >= 0; i = next[i]) arena.give(offset[i], bytes_of(g[i], extent, real_size));
  }
  return {std::move(offset), arena.peak};
}
} // namespace weft::ir
