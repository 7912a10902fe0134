// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/score_levels.hpp>
#include <weft/passes/score_regions.hpp>

/// Before: a graph. After: all its score spaces, with streams in an order in which they can run; the graph stays.
namespace weft::ir {

/// Puts streams after those whose exits they read, depth first, and lists the exits of each.
constexpr void order_streams(graph_view g, score_spaces& s) {
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
    const bool inside = s.region.at[i] || s.stream.at[i] >= 0;
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
        if (s.stream.at[i] >= 0 && !s.stored.at[i]) todo.push_back(n + s.stream.at[i]);
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

constexpr score_spaces find_score_spaces(graph_view g) {
  score_spaces s;
  score_region_finder(g, s).run();
  score_level_finder(g, s).run();
  order_streams(g, s);
  for (int i : s.exits) // a maximum that an earlier walk found is a row value like any other
    if (int& e = s.running.at[i]; e >= 0 && s.stream.at[running_maximum(g, e)] != s.stream.at[i]) e = -1;
  return s;
}
} // namespace weft::ir
