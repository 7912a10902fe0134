// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/rewrite.hpp>
#include <weft/passes/score_reader.hpp>
#include <weft/passes/score_regions.hpp>
#include <weft/passes/score_writer.hpp>

namespace weft::ir {

/// Plans the walks over score spaces, component by component, and writes what is inside them anew.
struct streamer {
  graph_view g;
  builder& b;
  rewriter r;
  score_spaces s;
  list<score_component> components;
  list<score_planner> planners;
  list<int> root_of; ///< of each exit or stored value: which root of its component

  constexpr streamer(graph_view graph, builder& out) : g(graph), b(out), r(graph, out) {}

  /// Whether two components are the same but for the values that they read: equal layers are planned once.
  constexpr bool equal(const score_component& a, const score_component& z) const {
    const score_planner &p = planners.at[a.planner], &q = planners.at[z.planner];
    if (!p.s.begins_with(q.s, p.given) || p.given_roots.size_ != q.roots.size_ || a.sources.size_ != z.sources.size_)
      return false;
    bool same = true;
    for (int k = 0; k < q.roots.size_; k++) same = same && p.given_roots.at[k] == q.roots.at[k];
    for (int k = 0; k < a.sources.size_ && same; k++) {
      const node &x = g.nodes.at[a.sources.at[k]], &y = g.nodes.at[z.sources.at[k]];
      same = x.op == y.op && x.at == y.at && x.ax == y.ax;
    }
    return same;
  }

  constexpr void run() {
    score_region_finder(g, s).run();
    score_level_finder found(g, s);
    found.run();
    const int n = g.size();
    components = list<score_component>(s.components);
    planners = list<score_planner>(s.components);
    list<axis_set> pairs(s.components, 0);
    list<bool> read(n, false);
    root_of = list<int>(n, -1);
    for (int i = 0; i < n; i++) {
      const int k = s.component.at[i];
      if (k >= 0) {
        components.at[k].members.push_back(i);
        if (!pairs.at[k]) pairs.at[k] = found.pair_of(i);
        if (s.stored.at[i]) read.at[i] = true;
      }
      for (int j = 0; j < g.nodes.at[i].count; j++)
        if (const int o = g.in(i, j); s.stream.at[o] >= 0 && s.component.at[o] != k) read.at[o] = true;
    }
    for (int o : g.outputs)
      if (s.stream.at[o] >= 0) read.at[o] = true;
    score_reader reader(g, s, found);
    for (int k = 0; k < s.components; k++) {
      score_component& c = components.at[k];
      for (int i : c.members)
        if (read.at[i]) root_of.at[i] = c.roots.size_, c.roots.push_back(i);
      c.planner = k;
      reader.read(planners.at[k], c, pairs.at[k]);
      for (int l = 0; l < k && c.planner == k; l++)
        if (components.at[l].planner == l && equal(components.at[l], c)) c.planner = l;
      if (c.planner == k) planners.at[k].run();
    }
    write();
  }

  constexpr void write() {
    for (int i : g.inputs) copy(i);
    list<int> todo;
    for (int o : g.outputs) {
      todo.push_back(o);
      while (todo.size_ && b.error.empty()) {
        const int i = todo.at[todo.size_ - 1];
        if (r.moved.at[i] >= 0) {
          todo.pop_back();
          continue;
        }
        const int before = todo.size_;
        if (root_of.at[i] >= 0) ask_slots(i, todo);
        else
          for (int j = 0; j < g.nodes.at[i].count; j++) ask(g.in(i, j), todo);
        if (todo.size_ > before) continue;
        todo.pop_back();
        if (root_of.at[i] >= 0) write_root(i);
        else copy(i);
      }
    }
    r.finish();
  }
  constexpr void copy(int i) {
    const node& x = g.nodes.at[i];
    b.stage = x.stage;
    r.moved.at[i] = r.copy(x).id;
  }
  constexpr void ask(int i, list<int>& todo) const {
    if (r.moved.at[i] < 0) todo.push_back(i);
  }
  constexpr void ask_slots(int i, list<int>& todo) {
    score_component& c = components.at[s.component.at[i]];
    const score_planner& p = planners.at[c.planner];
    list<bool> seen(p.s.all.size_, false);
    list<int> terms;
    terms.push_back(p.roots.at[root_of.at[i]]);
    while (terms.size_) {
      const int t = terms.at[--terms.size_];
      if (seen.at[t]) continue;
      seen.at[t] = true;
      const term& x = p.s.all.at[t];
      if (x.what == term::outside) ask(c.slots.at[x.source], todo);
      else
        for (int j = 0; j < x.count; j++) terms.push_back(p.s.arg(t, j));
    }
  }
  constexpr void write_root(int i) {
    score_component& c = components.at[s.component.at[i]];
    score_planner& p = planners.at[c.planner];
    const node& x = g.nodes.at[i];
    b.stage = x.stage;
    score_writer w{{b, p.s, x.where}, r, p, c};
    expr y = arrange(w.write(p.roots.at[root_of.at[i]]), x.ax, x.where);
    if (x.k == integer && y.kind() == real) y = to_integer(at(y, x.where));
    if (x.k == boolean && y.kind() == real) y = at(y, x.where) == 1.0;
    r.moved.at[i] = y.id < 0 ? y.id : promote(b, y.id, x.k, x.where); // of ones and zeros that are made as a mask
  }
};

/// Rewrites every score space for the fewest and cheapest walks over its tiles; what is outside of them stays. A graph
/// for which that needs a value of too many axes stays as it is.
constexpr void stream(graph_view g, builder& b) {
  streamer(g, b).run();
  if (b.error.empty()) return;
  b = builder(g.size());
  rewriter r(g, b);
  for (int i = 0; i < g.size(); i++) {
    b.stage = g.nodes.at[i].stage;
    r.moved.at[i] = r.copy(g.nodes.at[i]).id;
  }
  r.finish();
}
} // namespace weft::ir
