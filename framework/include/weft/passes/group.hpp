// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/plan.hpp>
#include <weft/passes/rewrite.hpp>
#include <weft/passes/tile_program.hpp>

/// Which nodes are computed together, and which values must lie in memory.
namespace weft::ir {

/// Groups of nodes that one region computes. A node joins the group that made its latest operand, if their spaces
/// agree; so a group's place in the order of steps is where it was opened, and everything it reads is made before.
struct grouping {
  struct group {
    axes space, reduced;
    int position = 0;
    int size = 0;
  };
  static constexpr int most_flops_again = 4; ///< of what is computed wherever it is read: less than a load costs
  static constexpr int most = 160;           ///< nodes of a group: its values are to stay in registers and in L1
  graph_view g;
  list<int> uses;
  list<int> sources;  ///< of each operand in the graph's pool: the node itself, seen through arrangements
  list<int> group_of; ///< of each node: the group that computes it, or -1
  list<int> position; ///< of each node: the step after which it exists (-1: before all)
  list<bool> numbers; ///< indices, numbers and what is made of them
  list<bool> free;    ///< computed wherever they are read: these, and what is cheaply made of ids and masks
  list<bool> row;     ///< a value without the reduced axes of its group
  list<bool> stored;
  list<axes> order;
  list<group> groups;
  struct opened {
    int group, node, stream;
  };
  list<opened> at; ///< what each position is: a group, a product or general node, or a stream
  const score_spaces& spaces;
  list<list<int>> tiles; ///< of each stream: what its tiles compute
  list<bool> placed;

  constexpr grouping(graph_view graph, const score_spaces& streamed)
      : g(graph), uses(use_counts(graph)), sources(graph.operands.count), group_of(g.size(), -1),
        position(g.size(), -1), numbers(numbers_alone(graph)), free(numbers), row(g.size(), false),
        stored(g.size(), false), order(g.size()), spaces(streamed), tiles(tile_values(graph, streamed)),
        placed(g.size(), false) {
    for (int j = 0; j < g.operands.count; j++) sources.at[j] = source(g.operands.at[j]);
    list<int> flops(g.size(), 0);
    for (int i = 0; i < g.size(); i++)
      if (const int n = free.at[i] ? -1 : flops_again(i, flops); n >= 0 && n <= most_flops_again)
        free.at[i] = true, flops.at[i] = n;
    if (spaces.streams.size_ == 0)
      for (int i = 0; i < g.size(); i++) place(i);
    else {
      const list<bool> needed = needed_outside();
      for (int i = 0; i < g.size(); i++)
        if (needed.at[i]) visit(i);
    }
    for (int o : g.outputs) store(o);
  }
  /// The FLOPs of a map of what is free and of inputs that are no reals, with those of all that is computed again for
  /// it; -1 of other nodes.
  constexpr int flops_again(int i, const list<int>& flops) const {
    const node& x = g.nodes.at[i];
    if (x.op->how != form::map && x.op != &arrange_def) return -1;
    int all = static_cast<int>(x.op->flops);
    for (int j = 0; j < x.count; j++) {
      const int o = g.in(x, j);
      if (!free.at[o] && (g.nodes.at[o].op->how != form::input || g.nodes.at[o].k == real)) return -1;
      all += flops.at[o];
    }
    return all;
  }
  /// What results are made of, but for what tiles compute for themselves.
  constexpr list<bool> needed_outside() const {
    list<bool> needed(g.size(), false);
    list<int> todo;
    const auto need = [&](int i) {
      if (!needed.at[i]) needed.at[i] = true, todo.push_back(i);
    };
    for (int o : g.outputs) need(o);
    while (todo.size_) {
      const int i = todo.at[--todo.size_], t = spaces.stream.at[i];
      if (t >= 0)
        for (int o : reads_of(t)) need(o);
      else
        for (int j = 0; j < g.nodes.at[i].count; j++) need(g.in(i, j));
    }
    return needed;
  }
  /// What the tiles of a stream read.
  constexpr list<int> reads_of(int t) const {
    const score_stream& x = spaces.streams.at[t];
    list<int> reads;
    const auto all_of = [&](int i) {
      for (int j = 0; j < g.nodes.at[i].count; j++)
        if (const int o = g.in(i, j);
            !spaces.computes(x.component, o) && !numbers.at[o] && !is_own_shift(g, spaces, t, o))
          reads.push_back(o);
    };
    for (int i : tiles.at[t]) all_of(i);
    for (int k = 0; k < x.count; k++)
      if (const int e = spaces.exits.at[x.first + k]; !spaces.stored.at[e]) all_of(e);
    return reads;
  }
  /// Places a node after all that it needs. Values of a score space have no place but in their stream.
  constexpr void visit(int i) {
    if (placed.at[i]) return;
    placed.at[i] = true;
    if (const int t = spaces.stream.at[i]; t >= 0) return place_stream(t);
    for (int j = 0; j < g.nodes.at[i].count; j++) visit(g.in(i, j));
    place(i);
  }
  /// All exits of a stream at once, after all that its tiles read.
  constexpr void place_stream(int t) {
    const score_stream& x = spaces.streams.at[t];
    const auto each_exit = [&](auto f) {
      for (int k = 0; k < x.count; k++) f(spaces.exits.at[x.first + k]);
    };
    each_exit([&](int e) { placed.at[e] = true; });
    const list<int> reads = reads_of(t);
    axis_set inside = 0;
    for (int i : tiles.at[t]) inside |= spaces.sets.at[i];
    const axis_set space = spaces.names.bit(x.r) | spaces.names.bit(x.c);
    for (int o : reads) visit(o);
    for (int o : reads) store(o);
    each_exit([&](int e) {
      position.at[e] = at.size();
      stored.at[e] = true;
      for (const axis_set part :
           {inside & ~space, space, ~(inside | space)}) // loops, what is left of the space, features
        for (axis_ref a : g.nodes.at[e].ax)
          if (spaces.names.bit(a) & part) order.at[e].add(a);
    });
    at.push_back({-1, -1, t});
  }

  /// Through arrangements, which a region reads by axis names.
  constexpr int source(int i) const {
    while (g.nodes.at[i].op == &arrange_def) i = g.operands.at[g.nodes.at[i].first];
    return i;
  }
  /// Makes sure that a value lies in memory.
  constexpr void store(int i) {
    while (g.nodes.at[i].op->how == form::view) i = g.in(i, 0);
    if (stored.at[i] || g.nodes.at[i].op->how == form::input) return;
    stored.at[i] = true;
    if (group_of.at[i] < 0 && (g.nodes.at[i].op->how == form::map || free.at[i])) {
      const int k = open(order_like(i, g.nodes.at[i].ax), {});
      join(i, k, false);
    }
    const group& home = group_of.at[i] >= 0 ? groups.at[group_of.at[i]] : group{};
    if (order.at[i].n == 0)
      order.at[i] = group_of.at[i] >= 0 ? restricted(home.space, g.nodes.at[i].ax) : g.nodes.at[i].ax;
  }
  static constexpr axes restricted(const axes& space, const axes& to) {
    if (space == to) return space;
    axes r;
    for (axis_ref a : space)
      if (to.has(a)) r.add(to[to.find(a)]);
    return r;
  }
  /// The axes in the order in which the first operand that has them all lies in memory.
  constexpr axes order_like(int i, const axes& ax) const {
    for (int j = 0; j < g.nodes.at[i].count; j++) {
      const int o = sources.at[g.nodes.at[i].first + j];
      if (!g.nodes.at[o].ax.matches(ax)) continue;
      if (group_of.at[o] >= 0 && groups.at[group_of.at[o]].space.matches(ax)) return groups.at[group_of.at[o]].space;
      if (order.at[o].n) return order.at[o];
    }
    return ax;
  }
  constexpr int open(const axes& space, const axes& reduced) {
    groups.push_back({space, reduced, at.size(), 0});
    at.push_back({groups.size() - 1, -1, -1});
    return groups.size() - 1;
  }
  constexpr void join(int i, int k, bool is_row) {
    group_of.at[i] = k, row.at[i] = is_row;
    position.at[i] = groups.at[k].position;
    groups.at[k].size++;
    for (int j = 0; j < g.nodes.at[i].count; j++) {
      const int o = sources.at[g.nodes.at[i].first + j];
      if (group_of.at[o] != k && !free.at[o]) store(g.in(i, j));
    }
  }
  /// The group that makes the latest of a node's operands; -1 if a product or another step does, or if one of them is a
  /// view of such a value's memory.
  constexpr int latest(int i) const {
    int p = -1, k = -1;
    for (int j = 0; j < g.nodes.at[i].count; j++) {
      const int o = sources.at[g.nodes.at[i].first + j];
      if (free.at[o] || position.at[o] < p) continue;
      k = position.at[o] == p && k != group_of.at[o] ? -1 : group_of.at[o];
      p = position.at[o];
    }
    return k;
  }
  /// Whether all operands that group k makes are row values.
  constexpr bool rows_only(int i, int k) const {
    for (int j = 0; j < g.nodes.at[i].count; j++) {
      const int o = sources.at[g.nodes.at[i].first + j];
      if (group_of.at[o] == k && !row.at[o]) return false;
    }
    return true;
  }

  constexpr void place(int i) {
    const node& x = g.nodes.at[i];
    switch (x.op->how) {
    case form::input: order.at[i] = x.ax; return;
    case form::constant:
    case form::extent:
    case form::index: return;
    case form::view: return place_view(i);
    case form::map: return place_map(i);
    case form::reduce: return place_reduction(i);
    case form::contract:
    case form::general: return place_alone(i);
    }
  }
  constexpr void place_view(int i) {
    int o = g.in(i, 0);
    if (g.nodes.at[i].op != &arrange_def) store(o); // which gives what numbers alone make a position
    while (g.nodes.at[o].op->how == form::view) o = g.in(o, 0);
    position.at[i] = position.at[o];
  }
  constexpr void place_map(int i) {
    if (free.at[i]) return;
    if (const int k = latest(i); k >= 0 && groups.at[k].size < most) {
      const group& c = groups.at[k];
      if (c.space.matches(g.nodes.at[i].ax)) return join(i, k, false);
      if (c.reduced.n && c.space.without(c.reduced).matches(g.nodes.at[i].ax) && rows_only(i, k))
        return join(i, k, true);
    }
    // what is made of inputs alone, or of older steps, joins the last group: a chain of several inputs is one group
    if (const int k = last_after_operands(i); k >= 0 && groups.at[k].size < most)
      if (groups.at[k].space.matches(g.nodes.at[i].ax)) return join(i, k, false);
    join(i, open(order_like(i, g.nodes.at[i].ax), {}), false);
  }
  constexpr void place_reduction(int i) {
    const int o = source(g.in(i, 0));
    const axes space = g.nodes.at[g.in(i, 0)].ax, reduced = space.without(g.nodes.at[i].ax);
    int k = free.at[o] ? -1 : group_of.at[o];
    if (k >= 0 && !row.at[o] && groups.at[k].size < most && groups.at[k].space.matches(space)) {
      if (groups.at[k].reduced.n == 0 || groups.at[k].reduced.matches(reduced)) {
        if (groups.at[k].reduced.n == 0) groups.at[k].reduced = reduced;
        return join(i, k, true);
      }
      // a chain's end that only this reduction reads moves out to it, so that it need not be stored
      if (uses.at[o] == 1 && !stored.at[o] && g.nodes.at[o].op->how == form::map &&
          g.nodes.at[g.in(i, 0)].op != &arrange_def) {
        const int fresh = twin(o, groups.at[k].space, reduced);
        join(o, fresh, false);
        return join(i, fresh, true);
      }
    }
    const int fresh = twin(i, order_like(i, space), reduced);
    join(i, fresh, true);
  }
  /// The group that is the last step, if all operands are made before it; else -1.
  constexpr int last_after_operands(int i) const {
    const int k = groups.size() - 1;
    if (k < 0 || groups.at[k].position != at.size() - 1) return -1;
    for (int j = 0; j < g.nodes.at[i].count; j++) {
      const int o = source(g.in(i, j));
      if (!free.at[o] && position.at[o] >= groups.at[k].position) return -1;
    }
    return k;
  }
  /// The last group, if it has this space and reduction and comes after all operands; else a new one.
  constexpr int twin(int i, const axes& space, const axes& reduced) {
    if (const int k = last_after_operands(i);
        k >= 0 && groups.at[k].size < most && groups.at[k].reduced.matches(reduced) && groups.at[k].space == space)
      return k;
    return open(space, reduced);
  }
  constexpr void place_alone(int i) {
    const node& x = g.nodes.at[i];
    for (int j = 0; j < x.count; j++) store(g.in(i, j));
    position.at[i] = at.size();
    at.push_back({-1, i, -1});
    stored.at[i] = true;
    order.at[i] = x.op->how == form::contract ? product_order(i) : x.ax;
  }
  /// Batch axes first, then rows, then columns, each as the operands lie in memory.
  constexpr axes product_order(int i) const {
    const axes &a = memory_order(g.in(i, 0)), &b = memory_order(g.in(i, 1)), &out = g.nodes.at[i].ax;
    axes r;
    for (axis_ref x : a)
      if (out.has(x) && b.has(x)) r.add(out[out.find(x)]);
    for (axis_ref x : a)
      if (out.has(x) && !b.has(x)) r.add(out[out.find(x)]);
    for (axis_ref x : b)
      if (out.has(x) && !a.has(x)) r.add(out[out.find(x)]);
    return r;
  }
  /// A value's axes as they lie in memory, seen through views that keep names.
  constexpr axes memory_order(int i) const {
    const axes mine = g.nodes.at[i].ax;
    const int o = source(i);
    return g.nodes.at[o].ax.matches(mine) && order.at[o].n ? order.at[o] : mine;
  }
};
} // namespace weft::ir
