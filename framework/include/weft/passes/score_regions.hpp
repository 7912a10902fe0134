// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/score_space.hpp>

/// Before: a graph. After: its pairs, region values, exits and components are known, and each exit has its place in
/// `exits`.
namespace weft::ir {

/// Every step looks at each node a bounded number of times.
struct score_region_finder {
  using pair_set = std::uint64_t; ///< a bit for each pair of the first 11 long axes; the last one also for others
  graph_view g;
  score_spaces& s;
  list<int> set_of;      ///< of region values and exits: a number that `root` leads to their component's
  list<int> parent;      ///< of the sets that `set_of` counts
  list<bool> free;       ///< no real data in it
  list<bool> leaves;     ///< is an exit or stored
  list<bool> again;      ///< is cheap to be made again of what it reads
  list<pair_set> whole;  ///< the pairs of long axes that it has, or else something real that it is made of
  list<axis_set> varies; ///< the axes along which it is not only repeated
  list<axis_set> data;   ///< the axes of the real data in it
  list<bool> compared;   ///< is compared with a reduction of it, or such a value is made of it elementwise

  constexpr score_region_finder(graph_view graph, score_spaces& spaces)
      : g(graph), s(spaces), set_of(g.size(), -1), free(g.size(), false), leaves(g.size(), false),
        again(g.size(), false), whole(g.size(), 0), varies(g.size(), 0), data(g.size(), 0), compared(g.size(), false) {
    s.sets = list<axis_set>(g.size()), s.pair = s.summed = list<axis_set>(g.size(), 0);
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
  constexpr pair_set pair_bit(axis_set both) const {
    const auto place = [&](int k) { return std::popcount(s.names.sequences & ((axis_set(1) << k) - 1)); };
    const int i = place(std::countr_zero(both)), j = place(std::countr_zero(both & (both - 1)));
    const int k = j * (j - 1) / 2 + i;
    return pair_set(1) << (k < 63 ? k : 63);
  }
  /// Calls f with each pair of long axes of `a`, until one is true. Those come first that the graph brings up last:
  /// what inputs have before them is a batch.
  constexpr void each_pair(axis_set a, auto f) const {
    for (axis_set upper = a & s.names.sequences; upper & (upper - 1);) {
      const axis_set last = std::bit_floor(upper);
      upper &= ~last;
      for (axis_set lower = upper; lower; lower &= ~std::bit_floor(lower))
        if (f(last | std::bit_floor(lower))) return;
    }
  }
  constexpr pair_set pairs_of(axis_set a) const {
    pair_set all = 0;
    each_pair(a, [&](axis_set both) {
      all |= pair_bit(both);
      return false;
    });
    return all;
  }
  /// The pair of long axes that meet in a node with axes `a`: no operand has both, but such as are cheap to be made
  /// again; data has each. One that is known, else the first. A product may be of anything where the pair is known, as
  /// of a cotangent that is the same everywhere, and of what varies with both.
  constexpr axis_set meeting(const node& x, axis_set a) const {
    axis_set given = 0, differ = 0, found = 0;
    pair_set whole_ones = 0;
    for (int j = 0; j < x.count; j++) {
      const int o = g.in(x, j);
      given |= data.at[o], differ |= varies.at[o], whole_ones |= whole.at[o];
    }
    const bool product = x.op->how == form::contract;
    each_pair(product ? a : a & given, [&](axis_set both) {
      if (whole_ones & pair_bit(both)) return false;
      const bool known = known_pair(both) != 0;
      if (known || (!found && (both & (product ? differ : given)) == both)) found = both;
      return known;
    });
    return found;
  }
  /// The pair of what product i sums of a value that is cheap to be made again, where it reads no other of a space: the
  /// walk that sums it makes it. Of a reduction of such a value, its pair if the program knows that already.
  constexpr axis_set summed_pair(int i) const {
    const node& x = g.nodes.at[i];
    axis_set found = 0;
    bool known = false;
    const bool product = x.op->how == form::contract;
    if (!product && (!x.op->reduces() || s.pairs.size_ == 0)) return 0;
    for (int j = 0; j < x.count && !known; j++)
      if (const int o = g.in(x, j); again.at[o])
        each_pair(varies.at[o], [&](axis_set both) {
          if (!(both & ~s.sets.at[i]) || (whole.at[o] & pair_bit(both))) return false;
          known = known_pair(both) != 0;
          if (known || (product && !found)) found = both;
          return known;
        });
    return found;
  }
  /// What is known of a value of no space.
  constexpr void look_at(int i) {
    const node& x = g.nodes.at[i];
    const axis_set a = s.sets.at[i], many = a & s.names.sequences;
    varies.at[i] = a, data.at[i] = free.at[i] ? 0 : a;
    if (!(many & (many - 1))) return;
    const bool input = x.op->how == form::input;
    again.at[i] = x.op->how == form::map || x.op->is(trait::keeps_axes | trait::identity) || (input && x.k != real) ||
                  (gathers(x) && gathers_cheaply(x));
    if (!again.at[i]) whole.at[i] = pairs_of(a);
    if (!again.at[i] || input) return;
    axis_set of_operands = 0, differ = 0;
    for (int j = 0; j < x.count; j++) {
      const int o = g.in(x, j);
      of_operands |= data.at[o], differ |= varies.at[o], whole.at[i] |= whole.at[o];
    }
    varies.at[i] = differ & a, data.at[i] &= of_operands;
  }
  /// Whether it gathers, and not along an axis that its result has too: that moves values along it.
  static constexpr bool gathers(const node& x) { return x.op->is(trait::gathering) && !x.ax.has(x.at.axis); }
  /// Whether it reads along a feature, or in a table whose only long axis is that of its places.
  constexpr bool gathers_cheaply(const node& x) const {
    return x.at.axis->role != role::sequence || !(s.sets.at[g.in(x, 0)] & s.names.sequences & ~s.names.bit(x.at.axis));
  }
  /// Whether it scatters onto an axis of the pair of what it reads: a tile has only a part of the places there.
  constexpr bool moves_across(const node& x, axis_set pair) const {
    return x.op->is(trait::scattering) && (pair & s.names.bit(x.at.axis));
  }
  /// Whether a node's parts along its pair don't depend on each other.
  static constexpr bool pointwise(const node& x) {
    return x.op->how == form::map || x.op->how == form::contract || x.op->how == form::reduce ||
           x.op->is(trait::keeps_axes | trait::identity | trait::log_sum_exp) || gathers(x);
  }
  /// What is to be made in one way alone, and what that is made of elementwise.
  constexpr void find_compared() {
    for (int i = g.size(); i-- > 0;) {
      const node& x = g.nodes.at[i];
      if (const int o = compared_with_reduction(g, x); o >= 0) compared.at[o] = true;
      if (compared.at[i] && (x.op->how == form::map || x.op->is(trait::keeps_axes | trait::identity)))
        for (int j = 0; j < x.count; j++) compared.at[g.in(x, j)] = true;
    }
  }
  /// Whether a value with a pair, made from no birth, is cheap enough to be made again wherever it is read: it must sum
  /// over no axis of a pair, of which a tile has only a part, nor a tile's sum be compared with one that is not.
  constexpr bool recomputes(int i) const {
    const node& x = g.nodes.at[i];
    if (x.op->how == form::map || x.op->is(trait::keeps_axes | trait::identity)) return true;
    bool again = gathers(x);
    for (int j = 0; j < x.count && !again; j++) again = s.recomputed.at[g.in(x, j)] && pointwise(x);
    if (!again || (compared.at[i] && !gathers(x))) return false;
    axis_set summed = 0;
    for (int j = 0; j < x.count; j++) summed |= s.sets.at[g.in(x, j)] & ~s.sets.at[i];
    for (axis_set pair : s.pairs) again = again && !(summed & pair);
    return again;
  }
  constexpr void leave(int i) {
    i = s.shown(g, i);
    if (s.region.at[i]) s.stored.at[i] = leaves.at[i] = true;
  }

  /// In one function: each call that a node costs counts against a compiler's limit for constants.
  constexpr void find_values() {
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
        const int other = root(set_of.at[o]);
        if (k < 0) k = other;
        else if (!apart) parent.at[other] = k;
      }
      if (apart) { // a walk has one pair: what brings two together reads them from memory
        for (int j = 0; j < x.count; j++) leave(g.in(x, j));
        continue;
      }
      free.at[i] = k < 0 && (no_data || x.k != real);
      if (k < 0) look_at(i);
      else whole.at[i] = pairs_of(a), varies.at[i] = data.at[i] = a;
      if (x.op->how == form::input) continue;
      const bool across = moves_across(x, pair);
      if (pair & ~a) pair = 0;
      if (k < 0 && x.count > 0 && x.k == real && pointwise(x)) {
        const axis_set summed = summed_pair(i), met = summed || x.count < 2 ? summed : meeting(x, a);
        if (met && !known_pair(met)) s.pairs.push_back(met);
        if (met) parent.push_back(k = parent.size_);
        s.summed.at[i] = summed;
        if (met && !summed) pair = met, again.at[i] = false, whole.at[i] = pairs_of(a), varies.at[i] = data.at[i] = a;
      }
      set_of.at[i] = k;
      if (k < 0) continue;
      if (pair && pointwise(x)) s.region.at[i] = true, s.pair.at[i] = pair;
      else if (!pair && !across &&
               (x.op->how == form::reduce || x.op->how == form::contract ||
                x.op->is(trait::scattering | trait::log_sum_exp)))
        leaves.at[i] = true;
      else {
        set_of.at[i] = -1;
        for (int j = 0; j < x.count; j++) leave(g.in(x, j));
      }
    }
    for (int o : g.outputs) leave(o);
  }
  /// Numbers the components that have an exit; values of the others are ordinary ones.
  constexpr void number_components() {
    if (s.names.full) set_of = list<int>(g.size(), -1), leaves = list<bool>(g.size()), s.pairs.clear();
    list<int> number(parent.size_, -1);
    find_compared();
    for (int i = 0; i < g.size(); i++)
      if (leaves.at[i] && !s.stored.at[i]) {
        int& n = number.at[root(set_of.at[i])];
        if (n < 0) n = s.components++;
      }
    for (int i = 0; i < g.size(); i++) {
      if (set_of.at[i] >= 0) s.component.at[i] = number.at[root(set_of.at[i])];
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
