// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/axis_set.hpp>

/// Score spaces: pairs of sequence axes that products of a graph span, and what is never stored because it has both.
///   birth      a real value with both axes, none of whose operands has both, and whose operands bring data of both
///   region     a value with both axes made from births: it exists only as a tile
///   exit       a reduction, product or scatter of region values whose result lacks one of the axes
///   component  exits joined by the births that they are made of
///   level      of an exit: how many passes over its own component must be complete before it can be accumulated
///   stream     the exits of one component at one level: one walk over the tiles of the space
namespace weft::ir {

/// Of node i = exp(x - s), where s is made by maps and numbers alone from one maximum of the same x: that maximum, else
/// -1. A sum of i times anything can be accumulated before the maximum is known: it is rescaled as the maximum grows.
constexpr int running_maximum(graph_view g, int i) {
  if (!g.nodes.at[i].op->is(trait::exponential)) return -1;
  const int difference = g.in(i, 0);
  if (!g.nodes.at[difference].op->is(trait::subtraction)) return -1;
  int todo[8]{g.in(difference, 1)}, waiting = 1, found = -1;
  for (int looked_at = 0; waiting && looked_at < 8; looked_at++) {
    const int k = todo[--waiting];
    const node& x = g.nodes.at[k];
    if (x.op->is(trait::maximum)) {
      if (found >= 0 && found != k) return -1;
      found = k;
    } else if (x.op->how == form::map || x.op->how == form::view) {
      for (int j = 0; j < x.count && waiting < 8; j++) todo[waiting++] = g.in(x, j);
    } else if (x.op->how != form::constant) return -1;
  }
  return !waiting && found >= 0 && g.in(found, 0) == g.in(difference, 0) ? found : -1;
}

/// Which operand a selection against 0 lets through, else -1.
constexpr int selected_against_zero(graph_view g, int i) {
  if (!g.nodes.at[i].op->is(trait::selection)) return -1;
  for (int j = 1; j < 3; j++) {
    const node& other = g.nodes.at[g.in(i, 3 - j)];
    if (other.op->how == form::constant && other.at.value == 0) return j;
  }
  return -1;
}

/// The axes that a reduction, product or scatter sums or compares along.
constexpr axis_set reduced_axes(graph_view g, int i, range<axis_set> sets) {
  axis_set all = 0;
  for (int j = 0; j < g.nodes.at[i].count; j++) all |= sets.at[g.in(i, j)];
  return all & ~sets.at[i];
}

/// The walk over a component's tiles that accumulates all its exits of one level.
struct score_stream {
  axis_ref r = nullptr, c = nullptr;
  int component = 0, level = 0;
  int first = 0, count = 0; ///< of `score_spaces::exits`
};

struct score_spaces {
  axis_numbers names;
  list<axis_set> sets;        ///< the axes of each node
  list<axis_set> pairs;       ///< the pairs of axes that births span
  list<axis_set> pair;        ///< of each node: the pair that it has, if it is computed by tiles, else none
  list<bool> region;          ///< made from births: never stored unless `stored`
  list<bool> recomputed;      ///< has both axes, made from no birth (a mask): computed again wherever it is read
  list<bool> stored;          ///< a region value that an output, or an op that needs all of it, reads
  list<int> component;        ///< of region values and exits, else -1
  list<int> stream;           ///< of exits and stored values, else -1
  list<int> running;          ///< of exits: the exponential among its factors whose maximum runs along, else -1
  list<int> exits;            ///< and stored values: of each stream together, in the order of the graph
  list<score_stream> streams; ///< in an order in which they can run
  int components = 0;
  constexpr bool is_exit(int i) const { return stream.at[i] >= 0; }
};

/// Finds spaces, components, levels and streams; every step looks at each node a bounded number of times.
struct score_space_finder {
  graph_view g;
  score_spaces& s;
  list<int> klass;            ///< of region values and exits: a number that `root` leads to their component's
  list<int> parent;           ///< of the classes
  list<bool> free;            ///< no real data in it
  list<bool> leaves;          ///< is an exit or stored
  list<int> number_of;        ///< of each exit: its place in `exits`
  list<axis_set> together;    ///< by axis: those that an input has besides it
  list<std::uint64_t> before; ///< of each node, a bit for each exit: those that it depends on
  int words = 0;

  constexpr score_space_finder(graph_view graph, score_spaces& spaces)
      : g(graph), s(spaces), klass(g.size(), -1), free(g.size(), false), leaves(g.size(), false),
        number_of(g.size(), -1), together(axis_numbers::room, 0) {
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
  /// whose axes come last: what stands before them is a batch.
  constexpr axis_set meeting(const node& x, axis_set a) {
    axis_set data = 0, best = 0;
    for (int j = 0; j < x.count; j++)
      if (const int o = g.in(x, j); !free.at[o]) data |= s.sets.at[o];
    a &= data & s.names.sequences;
    if ((a & (a - 1)) == 0) return 0;
    for (int k = x.ax.n; k-- > 1;)
      for (int l = k; l-- > 0;) {
        const int m = s.names.number(x.ax.a[k]), n = s.names.number(x.ax.a[l]);
        const axis_set both = axis_set(1) << m | axis_set(1) << n;
        bool apart = (both & a) == both && (x.op->how == form::contract || !(together.at[m] & both));
        for (int j = 0; j < x.count; j++) apart = apart && (both & ~s.sets.at[g.in(x, j)]) != 0;
        if (!apart) continue;
        if (known_pair(both)) return both;
        if (!best) best = both;
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
  /// Whether a value with a pair, made from no birth, is cheap enough to be made again wherever it is read.
  constexpr bool recomputes(const node& x) const {
    bool again = x.op->how == form::map || x.op->is(trait::keeps_axes | trait::identity) || gathers(x);
    for (int j = 0; j < x.count && !again; j++) again = s.recomputed.at[g.in(x, j)] && pointwise(x);
    return again;
  }
  /// The region value that a view shows: it has no memory of its own.
  constexpr int shown(int i) const {
    while (s.region.at[i] && g.nodes.at[i].op->how == form::view && s.region.at[g.in(i, 0)]) i = g.in(i, 0);
    return i;
  }
  constexpr void leave(int i) {
    i = shown(i);
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
      bool no_data = x.op->how != form::input || x.k != real;
      int k = -1;
      for (int j = 0; j < x.count; j++) {
        const int o = g.in(x, j);
        no_data = no_data && free.at[o];
        if (!s.region.at[o]) continue;
        const int other = root(klass.at[o]);
        if (k >= 0) parent.at[other] = k;
        else k = other;
      }
      free.at[i] = k < 0 && (no_data || x.k != real);
      if (x.op->how == form::input) continue;
      axis_set pair = known_pair(a);
      if ((k < 0 || !pair) && x.count > 1 && x.k == real && pointwise(x))
        if (const axis_set met = meeting(x, a)) {
          pair = met;
          if (!known_pair(met)) s.pairs.push_back(met);
          if (k < 0) parent.push_back(k = parent.size_);
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
      const node& x = g.nodes.at[i];
      if (klass.at[i] >= 0) s.component.at[i] = number.at[root(klass.at[i])];
      if (s.component.at[i] < 0) {
        s.region.at[i] = s.stored.at[i] = leaves.at[i] = false;
        s.pair.at[i] = recomputes(x) ? known_pair(s.sets.at[i]) : 0;
        s.recomputed.at[i] = s.pair.at[i] != 0;
      } else if (leaves.at[i]) {
        number_of.at[i] = s.exits.size_;
        s.exits.push_back(i);
      }
    }
  }

  /// Sets of exits or streams: a bit for each.
  static constexpr void mark(std::uint64_t* set, int e) { set[e / 64] |= std::uint64_t(1) << e % 64; }
  static constexpr bool has(const std::uint64_t* set, int e) { return set[e / 64] >> e % 64 & 1; }
  constexpr void join(std::uint64_t* set, const std::uint64_t* with) const {
    for (int w = 0; w < words; w++) set[w] |= with[w];
  }
  constexpr void each(const std::uint64_t* set, auto f) const {
    for (int w = 0; w < words; w++)
      for (std::uint64_t b = set[w]; b; b &= b - 1) f(64 * w + std::countr_zero(b));
  }
  constexpr void depend(std::uint64_t* on, int o) const { join(on, before.at + o * words); }
  /// The largest level of the component's exits among those in `on`, plus one.
  constexpr int level_after(const std::uint64_t* on, int component, const list<int>& level) const {
    int l = 0;
    each(on, [&](int e) {
      if (s.component.at[s.exits.at[e]] == component && level.at[e] >= l) l = level.at[e] + 1;
    });
    return l;
  }
  /// What an exit's product depends on, where the maximum of one exponential among its factors runs along.
  constexpr void depend_on_factors(std::uint64_t* on, int exit) {
    const node& x = g.nodes.at[exit];
    const bool sums = x.op->how == form::contract || x.op->is(trait::sum);
    const axis_set over = reduced_axes(g, exit, s.sets);
    list<int> todo;
    for (int j = 0; j < x.count; j++) todo.push_back(g.in(x, j));
    while (todo.size_) {
      const int f = todo.at[--todo.size_];
      const node& y = g.nodes.at[f];
      if (!sums || !s.region.at[f]) {
        depend(on, f);
        continue;
      }
      const int m = s.running.at[exit] < 0 ? running_maximum(g, f) : -1, chosen = selected_against_zero(g, f);
      if (m >= 0 && reduced_axes(g, m, s.sets) == over) s.running.at[exit] = f, depend(on, g.in(m, 0));
      else if (chosen > 0) depend(on, g.in(y, 0)), todo.push_back(g.in(y, chosen));
      else if (y.op->is(trait::quotient)) todo.push_back(g.in(y, 0)), depend(on, g.in(y, 1));
      else if (y.op->is(trait::product | trait::negation | trait::keeps_axes))
        for (int j = 0; j < y.count; j++) todo.push_back(g.in(y, j));
      else depend(on, f);
    }
  }

  /// Levels, and for the exits of one component and level a stream; but what the stream's other exits wait for must not
  /// wait for this one, as it may where components read each other's exits: then the next level's.
  constexpr void find_streams() {
    words = (s.exits.size_ + 63) / 64;
    before = list<std::uint64_t>(words * g.size(), 0);
    list<std::uint64_t> inside(words, 0), awaited(words, 0), waits; // the latter: streams, and of each stream those
    list<int> level(s.exits.size_, 0);
    for (int i = 0; i < g.size(); i++) {
      const node& x = g.nodes.at[i];
      std::uint64_t* mine = before.at + i * words;
      for (int j = 0; j < x.count; j++) {
        const int o = g.in(x, j);
        depend(mine, o);
        if (!s.region.at[i] && !leaves.at[i])
          if (const int v = shown(o); s.stored.at[v]) mark(mine, number_of.at[v]);
      }
      if (!leaves.at[i]) continue;
      const std::uint64_t* needed = mine;
      if (!s.stored.at[i]) {
        for (int w = 0; w < words; w++) inside.at[w] = 0;
        depend_on_factors(inside.at, i);
        needed = inside.at;
      }
      for (int w = 0; w < words; w++) awaited.at[w] = 0;
      const auto wait_for = [&](int exit) {
        const int t = s.stream.at[exit];
        mark(awaited.at, t), join(awaited.at, waits.at + t * words);
      };
      each(needed, [&](int e) { wait_for(s.exits.at[e]); });
      const int e = number_of.at[i], m = s.running.at[i] < 0 ? -1 : running_maximum(g, s.running.at[i]);
      int l = level_after(needed, s.component.at[i], level);
      if (m >= 0 && l < level.at[number_of.at[m]]) l = level.at[number_of.at[m]];
      int t = stream_of(i, l);
      for (;; t = stream_of(i, ++l)) {
        if (m >= 0 && t != s.stream.at[m]) wait_for(m);
        if (!has(awaited.at, t)) break;
      }
      level.at[e] = l;
      if (t == s.streams.size_) {
        const axis_set both = pair_of(i), upper = both & (both - 1);
        s.streams.push_back(
            {s.names.axis[std::countr_zero(both)], s.names.axis[std::countr_zero(upper)], s.component.at[i], l, 0, 0});
        for (int w = 0; w < words; w++) waits.push_back(0);
      }
      s.stream.at[i] = t;
      s.streams.at[t].count++;
      for (int u = 0; u < s.streams.size_; u++)
        if (u == t || has(waits.at + u * words, t)) join(waits.at + u * words, awaited.at);
      if (!s.stored.at[i]) mark(mine, e);
    }
  }
  /// The stream for exit i at level l: the number of streams if there is none yet.
  constexpr int stream_of(int i, int l) const {
    const axis_set both = pair_of(i);
    int t = 0;
    for (; t < s.streams.size_; t++) {
      const score_stream& x = s.streams.at[t];
      if (x.component == s.component.at[i] && x.level == l && (s.names.bit(x.r) | s.names.bit(x.c)) == both) break;
    }
    return t;
  }
  /// The pair of axes that an exit's operands, or a stored value, have.
  constexpr axis_set pair_of(int i) const {
    if (s.region.at[i]) return s.pair.at[i];
    for (int j = 0; j < g.nodes.at[i].count; j++)
      if (const int o = g.in(i, j); s.region.at[o]) return s.pair.at[o];
    return 0;
  }

  /// Puts streams after those whose exits they read, depth first, and lists the exits of each.
  constexpr void order_streams() {
    list<bool> seen(g.size(), false), entered(s.streams.size_, false);
    list<int> todo, members(s.exits.size_, -1), next(s.streams.size_, 0), place(s.streams.size_, -1);
    list<score_stream> ordered;
    for (int t = 0, first = 0; t < s.streams.size_; t++) {
      s.streams.at[t].first = next.at[t] = first;
      first += s.streams.at[t].count;
    }
    for (int i : s.exits) members.at[next.at[s.stream.at[i]]++] = i;
    const int n = g.size();
    const auto read = [&](int i) {
      const bool inside = s.region.at[i] || leaves.at[i];
      for (int j = 0; j < g.nodes.at[i].count; j++) {
        const int o = g.in(i, j);
        todo.push_back(o);
        if (s.stored.at[o] && !inside) todo.push_back(n + s.stream.at[o]);
      }
    };
    list<int> exits;
    for (int start : s.exits) {
      todo.push_back(n + s.stream.at[start]);
      while (todo.size_) {
        const int i = todo.at[--todo.size_];
        if (i < 0) { // all that stream ~i reads is done
          const score_stream& x = s.streams.at[~i];
          place.at[~i] = ordered.size_;
          ordered.push_back({x.r, x.c, x.component, x.level, exits.size_, x.count});
          for (int k = 0; k < x.count; k++) exits.push_back(members.at[x.first + k]);
        } else if (i < n) {
          if (leaves.at[i] && !s.stored.at[i]) todo.push_back(n + s.stream.at[i]);
          else if (!seen.at[i]) seen.at[i] = true, read(i);
        } else if (!entered.at[i - n]) {
          entered.at[i - n] = true;
          todo.push_back(~(i - n));
          const score_stream& x = s.streams.at[i - n];
          for (int k = 0; k < x.count; k++) read(members.at[x.first + k]);
        }
      }
    }
    s.streams = std::move(ordered), s.exits = std::move(exits);
    for (int i : s.exits) s.stream.at[i] = place.at[s.stream.at[i]];
  }
  constexpr void run() {
    find_values();
    number_components();
    find_streams();
    order_streams();
    for (int i : s.exits) // a maximum that an earlier walk found is a row value like any other
      if (int& e = s.running.at[i]; e >= 0 && s.stream.at[running_maximum(g, e)] != s.stream.at[i]) e = -1;
  }
};

constexpr score_spaces find_score_spaces(graph_view g) {
  score_spaces s;
  score_space_finder(g, s).run();
  return s;
}

/// The matrix products of one walk: those that make region values, and those that leave through a sum.
struct product_counts {
  int inner = 0, outer = 0;
};
/// A product multiplies matrices if an operand outside the region brings an axis that no region operand has.
constexpr bool is_matrix_product(graph_view g, const score_spaces& s, int i) {
  if (g[i].op->how != form::contract) return false;
  const int a = g.in(i, 0), b = g.in(i, 1);
  if (!s.pair[a] && !s.pair[b]) return true;
  return (!s.pair[a] && (s.sets[a] & ~s.sets[b])) || (!s.pair[b] && (s.sets[b] & ~s.sets[a]));
}
constexpr product_counts count_products(graph_view g, const score_spaces& s, const score_stream& t) {
  product_counts n;
  list<bool> seen(g.size(), false);
  list<int> todo;
  for (int k = 0; k < t.count; k++) {
    const int e = s.exits[t.first + k];
    if (s.stored[e]) todo.push_back(e);
    else {
      n.outer += is_matrix_product(g, s, e);
      for (int j = 0; j < g[e].count; j++) todo.push_back(g.in(e, j));
    }
  }
  while (todo.size()) {
    const int i = todo.at[--todo.size_];
    if (seen[i] || !s.pair[i]) continue;
    seen[i] = true;
    n.inner += is_matrix_product(g, s, i);
    for (int j = 0; j < g[i].count; j++) todo.push_back(g.in(i, j));
  }
  return n;
}
} // namespace weft::ir
