// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/score_patterns.hpp>
#include <weft/passes/score_space.hpp>

/// Before: exits and their components are known. After: each exit has its level, and with the others of its component
/// and level a stream.
namespace weft::ir {

struct score_level_finder {
  graph_view g;
  score_spaces& s;
  list<int> number_of;        ///< of each exit: its place in `exits`, else -1
  list<std::uint64_t> before; ///< of each node, a bit for each exit: those that it depends on
  int words;                  ///< of such a set

  constexpr score_level_finder(graph_view graph, score_spaces& spaces)
      : g(graph), s(spaces), number_of(g.size(), -1), words((s.exits.size_ + 63) / 64) {
    for (int e = 0; e < s.exits.size_; e++) number_of.at[s.exits.at[e]] = e;
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
  /// Calls f with each exit that node i depends on.
  constexpr void each_exit_before(int i, auto f) const {
    each(before.at + i * words, [&](int e) { f(s.exits.at[e]); });
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
      if (m >= 0 && number_of.at[m] >= 0 && reduced_axes(g, m, s.sets) == over)
        s.running.at[exit] = f, depend(on, g.in(m, 0));
      else if (chosen > 0) depend(on, g.in(y, 0)), todo.push_back(g.in(y, chosen));
      else if (y.op->is(trait::quotient)) todo.push_back(g.in(y, 0)), depend(on, g.in(y, 1));
      else if (y.op->is(trait::product | trait::negation | trait::keeps_axes))
        for (int j = 0; j < y.count; j++) todo.push_back(g.in(y, j));
      else depend(on, f);
    }
  }

  /// Levels, and for the exits of one component and level a stream; but what the stream's other exits wait for must not
  /// wait for this one, as it may where components read each other's exits: then the next level's.
  constexpr void run() {
    before = list<std::uint64_t>(words * g.size(), 0);
    list<std::uint64_t> inside(words, 0);
    list<std::uint64_t> awaited(words, 0), waits; // streams; and of each stream those that it waits for
    list<int> level(s.exits.size_, 0);
    for (int i = 0; i < g.size(); i++) {
      const node& x = g.nodes.at[i];
      std::uint64_t* mine = before.at + i * words;
      for (int j = 0; j < x.count; j++) {
        const int o = g.in(x, j);
        depend(mine, o);
        if (!s.region.at[i] && number_of.at[i] < 0)
          if (const int v = s.shown(g, o); s.stored.at[v]) mark(mine, number_of.at[v]);
      }
      if (number_of.at[i] < 0) continue;
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
    return s.summed.at[i];
  }
};
} // namespace weft::ir
