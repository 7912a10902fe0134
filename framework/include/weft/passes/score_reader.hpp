// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/score_component.hpp>
#include <weft/passes/score_levels.hpp>

/// Before: the components of a graph are known. After: one of them is terms, and its roots are those of a planner.
namespace weft::ir {

/// Writes components in terms.
struct score_reader {
  graph_view g;
  const score_spaces& s;
  const score_level_finder& found;
  list<int> local, touched; ///< of each node: its term in the component being read, -1 none; and where that is not -1
  list<bool> compared;      ///< of each node: whether it is compared with a reduction of it

  constexpr score_reader(graph_view graph, const score_spaces& spaces, const score_level_finder& finder)
      : g(graph), s(spaces), found(finder), local(graph.size(), -1), compared(graph.size(), false) {
    for (const node& x : g.nodes)
      if (const int o = compared_with_reduction(g, x); o >= 0) compared.at[o] = true;
  }

  constexpr int set(int i, int t) {
    touched.push_back(i);
    return local.at[i] = t;
  }
  constexpr int apply(score_terms& t, score_component& c, int i) {
    const node& x = g.nodes.at[i];
    const bool reduces = x.op->how == form::reduce || x.op->is(trait::scattering | trait::log_sum_exp);
    axis_set ax = 0;
    list<multiple> args;
    args.reserve(x.count);
    for (int j = 0; j < x.count; j++) {
      const int o = g.in(x, j);
      int a = operand(t, c, o);
      if (x.op->how != form::map && t[a].ax != s.sets.at[o]) {
        const multiple narrow{1, a};
        a = t.put({.what = term::repeated, .ax = s.sets.at[o]}, &narrow, 1);
      }
      args.push_back({1, a}), ax |= t[a].ax;
    }
    c.sources.push_back(i);
    return t.put({.what = term::apply,
                  .mask = x.k == boolean,
                  .ax = x.op->how == form::map ? ax : s.sets.at[i],
                  .over = reduces ? reduced_axes(g, i, s.sets) : 0,
                  .source = c.sources.size_ - 1,
                  .op = x.op},
                 args.at, args.size_);
  }
  /// The term of a value that the component reads. Axes along which it is only repeated are left out. What is compared
  /// with a reduction of it, as the derivative of a maximum compares, stays as the graph has it: written in terms for
  /// one of both alone, it would be rounded in another way, and the maximum equal to nothing.
  constexpr int operand(score_terms& t, score_component& c, int i) {
    while (local.at[i] < 0 && g.nodes.at[i].op->is(trait::keeps_axes | trait::identity)) i = g.in(i, 0);
    if (local.at[i] >= 0) return local.at[i];
    const node& x = g.nodes.at[i];
    int made = -1;
    if (x.op->how == form::constant && x.k != boolean && x.at.value < 1e100 && x.at.value > -1e100)
      made = t.times(x.at.value, t.number_one());
    else if (x.op->is(trait::guard) && local.at[g.in(x, 0)] >= 0) made = apply(t, c, i);
    else {
      const int own = s.component.at[c.members.at[0]];
      list<multiple> exits; // of this component, that it depends on
      found.each_exit_before(i, [&](int e) {
        if (s.component.at[e] == own) exits.push_back({1, local.at[e]});
      });
      if (s.recomputed.at[i] && !compared.at[i] && (exits.size_ || x.k == real)) return set(i, value(t, c, i));
      c.slots.push_back(i);
      made = t.put({.what = term::outside,
                    .mask = x.k == boolean,
                    .tile = s.recomputed.at[i],
                    .ax = s.sets.at[i],
                    .source = c.slots.size_ - 1},
                   exits.at, exits.size_);
    }
    return set(i, made);
  }
  /// Term x, of which a selection by `mask` is taken: what sums could take out of it, and need not be finite where the
  /// mask chooses nothing, is repeated along the mask's axes, and behind the mask itself if it has others besides.
  constexpr int kept_behind(score_terms& t, int x, int mask, bool exponent = false) {
    const term y = t[x];
    if (y.safe) return x;
    const axis_set ax = t[mask].ax;
    if (!y.tile) {
      if (!(ax & ~y.ax) && !(y.ax & ~ax)) return x;
      const multiple narrow{1, y.ax & ~ax ? t.product(mask, x) : x};
      return t.put({.what = term::repeated, .ax = y.ax | ax}, &narrow, 1);
    }
    if (y.what == term::exponential) return t.unary(y.what, kept_behind(t, t.arg(x, 0), mask, true), y.op);
    score_terms::factors product;
    list<multiple> sum;
    for (int j = 0; j < y.count; j++) {
      const multiple m = t.in.at[y.first + j];
      const int kept = exponent && t.is_safe_summand(m) ? m.of : kept_behind(t, m.of, mask);
      if (y.what == term::product) t.multiply(product, kept);
      else sum.push_back({m.factor, kept});
    }
    return y.what == term::product ? t.product(product) : t.linear(sum);
  }
  constexpr int value(score_terms& t, score_component& c, int i) {
    const node& x = g.nodes.at[i];
    const auto in = [&](int j) { return operand(t, c, g.in(x, j)); };
    if (x.op->how == form::contract || (x.op->is(trait::sum) && x.k == real)) {
      const axis_set over = reduced_axes(g, i, s.sets);
      score_terms::factors f;
      for (int j = 0; j < x.count; j++) t.multiply(f, in(j));
      if (over & ~t.axes_of(f.of)) return apply(t, c, i); // a sum of repeated values
      if (x.op->how == form::contract) f.number *= x.at.value;
      return t.sum(f, over);
    }
    if (x.k != real) return apply(t, c, i);
    if (x.op->is(trait::addition | trait::subtraction)) {
      const int a = in(0), b = in(1);
      const multiple m[2]{{1, a}, {x.op->is(trait::addition) ? 1.0 : -1.0, b}};
      return t.linear(m, 2);
    }
    if (x.op->is(trait::negation)) return t.times(-1, in(0));
    if (x.op->is(trait::product) && x.count == 2) {
      const int a = in(0), b = in(1);
      return t.product(a, b);
    }
    if (x.op->is(trait::quotient)) {
      const int a = in(0), b = in(1);
      return t.product(a, t.unary(term::inverse, b));
    }
    if (x.op->is(trait::exponential)) return t.unary(term::exponential, in(0), x.op);
    if (x.op->is(trait::keeps_axes | trait::identity)) return in(0);
    if (const int kept = selected_against_zero(g, i); kept > 0) {
      const int condition = in(0), mask = kept == 1 ? condition : t.unary(term::complement, condition, nullptr, true);
      return t.product(mask, kept_behind(t, in(kept), mask));
    }
    return apply(t, c, i);
  }
  constexpr void read(score_planner& p, score_component& c, axis_set pair) {
    p.s.names = &s.names, p.s.pair = pair;
    for (int a = 0; a < s.names.count; a++)
      if (s.names.axis[a]->extent == unbound) p.s.unbound_axes |= axis_set(1) << a;
    for (int i : c.members) set(i, value(p.s, c, i));
    for (int i : c.roots) p.roots.push_back(local.at[i]);
    for (int i : touched) local.at[i] = -1;
    touched.clear();
  }
};
} // namespace weft::ir
