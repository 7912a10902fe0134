// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/score_space.hpp>

/// Before: a graph. After: its pairs, region values, exits and components are known, and each exit has its place in
/// `exits`.
namespace weft::ir {

/// Every step looks at each node a bounded number of times.
struct score_region_finder {
  graph_view g;
  score_spaces& s;
  list<int> klass;         ///< of region values and exits: a number that `root` leads to their component's
  list<int> parent;        ///< of the classes
  list<bool> free;         ///< no real data in it
  list<bool> leaves;       ///< is an exit or stored
  list<axis_set> together; ///< by axis: those that an input has besides it

  constexpr score_region_finder(graph_view graph, score_spaces& spaces)
      : g(graph), s(spaces), klass(g.size(), -1), free(g.size(), false), leaves(g.size(), false),
        together(axis_numbers::room, 0) {
    s.sets = list<axis_set>(g.size()), s.pair = list<axis_set>(g.size(), 0);
    s.region = s.recomputed = s.stored = list<bool>(g.size(), false);
    s.component = s.stream = s.running = list<int>(g.size(), -1);
  }

  constexpr int root(int k) {
    while (parent.at[k] != k) k = parent.at[k] = parent.at[parent.at[k]];
    return k;
  }
  constexpr axis_set known_pair(axis_set a) const {
    for (int p = 0; p < s.pairs.size_; p++)
      if ((a & s.pairs.at[p]) == s.pairs.at[p]) return s.pairs.at[p];
    return 0;
  }
  /// The pair of long axes that meet in a node with axes `a`: no operand has both, data has each. Of several the one
  /// whose axes come last: what stands before them is a batch. A product may be of anything where the pair is known, as
  /// of a cotangent that is the same everywhere.
  constexpr axis_set meeting(const node& x, axis_set a) {
    axis_set data = 0, best = 0;
    for (int j = 0; j < x.count; j++)
      if (const int o = g.in(x, j); !free.at[o]) data |= s.sets.at[o];
    const bool product = x.op->how == form::contract;
    a &= (product ? a : data) & s.names.sequences;
    if ((a & (a - 1)) == 0) return 0;
    for (int k = x.ax.n; k-- > 1;)
      for (int l = k; l-- > 0;) {
        const int m = s.names.number(x.ax.a[k]), n = s.names.number(x.ax.a[l]);
        const axis_set both = axis_set(1) << m | axis_set(1) << n;
        bool apart = (both & a) == both && (product || !(together.at[m] & both));
        for (int j = 0; j < x.count; j++) apart = apart && (both & ~s.sets.at[g.in(x, j)]) != 0;
        if (!apart) continue;
        if (known_pair(both)) return both;
        if (!best && (both & data) == both) best = both;
      }
    return best;
  }
  /// Whether it gathers, and not along an axis that its result has too: that moves values along it.
  static constexpr bool gathers(const node& x) { return x.op->is(trait::gathering) && !x.ax.has(x.at.axis); }
  /// Whether a node's parts along its pair don't depend on each other.
  static constexpr bool pointwise(const node& x) {
    return x.op->how == form::map || x.op->how == form::contract || x.op->how == form::reduce ||
           x.op->is(trait::keeps_axes | trait::identity | trait::log_sum_exp) || gathers(x);
  }
  /// Whether a value with a pair, made from no birth, is cheap enough to be made again wherever it is read: it must sum
  /// over no axis of a pair, of which a tile has only a part.
  constexpr bool recomputes(int i) const {
    const node& x = g.nodes.at[i];
    if (x.op->how == form::map || x.op->is(trait::keeps_axes | trait::identity)) return true;
    bool again = gathers(x);
    for (int j = 0; j < x.count && !again; j++) again = s.recomputed.at[g.in(x, j)] && pointwise(x);
    if (!again) return false;
    axis_set summed = 0;
    for (int j = 0; j < x.count; j++) summed |= s.sets.at[g.in(x, j)] & ~s.sets.at[i];
    for (axis_set pair : s.pairs) again = again && !(summed & pair);
    return again;
  }
  constexpr void leave(int i) {
    i = s.shown(g, i);
    if (s.region.at[i]) s.stored.at[i] = leaves.at[i] = true;
  }

  constexpr void find_values() {
    for (int i : g.inputs) {
      const axis_set a = s.names.of(g.nodes.at[i].ax);
      for (int k = 0; k < s.names.count; k++)
        if (a >> k & 1) together.at[k] |= a & ~(axis_set(1) << k);
    }
    list<bool> alive(g.size());
    for (int o : g.outputs) alive.at[o] = true;
    for (int i = g.size(); i-- > 0;)
      if (alive.at[i])
        for (int j = 0; j < g.nodes.at[i].count; j++) alive.at[g.in(i, j)] = true;
    for (int i = 0; i < g.size(); i++) {
      const node& x = g.nodes.at[i];
      const axis_set a = s.sets.at[i] = s.names.of(x.ax);
      if (!alive.at[i]) continue;
      bool no_data = x.op->how != form::input || x.k != real, apart = false;
      int k = -1;
      axis_set pair = 0; // of the region values that it reads
      for (int j = 0; j < x.count; j++) {
        const int o = g.in(x, j);
        no_data = no_data && free.at[o];
        if (!s.region.at[o]) continue;
        apart = apart || (k >= 0 && s.pair.at[o] != pair);
        pair = s.pair.at[o];
        const int other = root(klass.at[o]);
        if (k < 0) k = other;
        else if (!apart) parent.at[other] = k;
      }
      if (apart) { // a walk has one pair: what brings two together reads them from memory
        for (int j = 0; j < x.count; j++) leave(g.in(x, j));
        continue;
      }
      free.at[i] = k < 0 && (no_data || x.k != real);
      if (x.op->how == form::input) continue;
      if (pair & ~a) pair = 0;
      if (k < 0 && x.count > 1 && x.k == real && pointwise(x))
        if (const axis_set met = meeting(x, a)) {
          pair = met;
          if (!known_pair(met)) s.pairs.push_back(met);
          parent.push_back(k = parent.size_);
        }
      klass.at[i] = k;
      if (k < 0) continue;
      if (pair && pointwise(x)) s.region.at[i] = true, s.pair.at[i] = pair;
      else if (!pair && (x.op->how == form::reduce || x.op->how == form::contract ||
                         x.op->is(trait::scattering | trait::log_sum_exp)))
        leaves.at[i] = true;
      else {
        klass.at[i] = -1;
        for (int j = 0; j < x.count; j++) leave(g.in(x, j));
      }
    }
    for (int o : g.outputs) leave(o);
  }
  /// Numbers the components that have an exit; values of the others are ordinary ones.
  constexpr void number_components() {
    if (s.names.full) klass = list<int>(g.size(), -1), leaves = list<bool>(g.size()), s.pairs.clear();
    list<int> number(parent.size_, -1);
    for (int i = 0; i < g.size(); i++)
      if (leaves.at[i] && !s.stored.at[i]) {
        int& n = number.at[root(klass.at[i])];
        if (n < 0) n = s.components++;
      }
    for (int i = 0; i < g.size(); i++) {
      if (klass.at[i] >= 0) s.component.at[i] = number.at[root(klass.at[i])];
      if (s.component.at[i] < 0) {
        s.region.at[i] = s.stored.at[i] = leaves.at[i] = false;
        s.pair.at[i] = recomputes(i) ? known_pair(s.sets.at[i]) : 0;
        s.recomputed.at[i] = s.pair.at[i] != 0;
      } else if (leaves.at[i]) s.exits.push_back(i);
    }
  }

  constexpr void run() {
    find_values();
    number_components();
  }
};
} // namespace weft::ir
