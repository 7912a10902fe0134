// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/structural.hpp>

/// Reverse and forward sweeps over a builder's nodes. Both only add nodes, so derivatives are differentiable in turn.
namespace weft::ir {

/// x with the axes `want`: what x repeats is summed (a cotangent's broadcast reversed), what it lacks is repeated. The
/// one place where cotangents are reduced. (Axes come by value: those of a node move when nodes are added.)
constexpr expr to_axes(const expr& x, axes want, place p) {
  if (x.id < 0 || x.ax() == want) return x;
  const axes extra = x.ax().without(want);
  const expr reduced = extra.n ? sum(at(x, p), extra) : x;
  return reduced.ax().matches(want) ? reduced : arrange(reduced, want, p);
}

/// Which nodes of [0, end) depend on `leaves`, through real values alone.
constexpr list<bool> reached_from(const builder& g, range<int> leaves, int end, int& first) {
  list<bool> reached(end, false);
  first = end;
  for (int x : leaves)
    if (x >= 0 && x < end) {
      reached.at[x] = true;
      first = x < first ? x : first;
    }
  for (int i = first; i < end; i++) {
    const node& x = g.nodes.at[i];
    if (x.k == real)
      for (int j = 0; j < x.count && !reached.at[i]; j++) reached.at[i] = reached.at[g.operands.at[x.first + j]];
  }
  return reached;
}

constexpr bool refuse_derivative(builder& g, const node& x, std::string_view mode) {
  if (g.error.empty()) {
    g.error << x.op->name << ": has no derivative rule (" << mode
            << " asked for one); give it partials, transpose or vjp and jvp, or stop_gradient its operand";
    locate(g, x.where);
  }
  return false;
}

/// The cotangents of `leaves` given those of `values`: accumulated here and nowhere else. A leaf that no value reaches
/// gets a visible zero.
constexpr void backward(builder& g, range<int> values, range<int> seeds, range<int> leaves, list<int>& gradients) {
  gradients = list<int>(leaves.size(), -1);
  if (!g.error.empty()) return;
  g.stage++;
  int last = -1, first = 0;
  for (int v : values) last = v > last ? v : last;
  list<bool> needed = reached_from(g, leaves, last + 1, first);
  list<bool> is_leaf(last + 1, false);
  for (int x : leaves)
    if (x <= last) is_leaf.at[x] = true;
  list<int> cotangent(last + 1, -1);
  const auto accumulate = [&](int to, const expr& d, place p) {
    int& sum_so_far = cotangent.at[to];
    const expr mine = to_axes(d, g.nodes.at[to].ax, p);
    sum_so_far = sum_so_far < 0 ? mine.id : (at(expr{&g, sum_so_far}, p) + at(mine, p)).id;
  };
  for (int i = 0; i < values.size(); i++)
    if (values.at[i] >= 0) accumulate(values.at[i], {&g, seeds.at[i]}, {});
  for (int i = last; i >= first; i--) {
    if (cotangent.at[i] < 0 || !needed.at[i] || is_leaf.at[i]) continue;
    const op_def* op = g.nodes.at[i].op;
    const place where = g.nodes.at[i].where;
    const int count = g.nodes.at[i].count, first_operand = g.nodes.at[i].first;
    const bool fine = with_room<expr>(count, [&](expr* in) {
      for (int j = 0; j < count; j++) in[j] = {&g, g.operands.at[first_operand + j]};
      for (int j = 0; j < count; j++) {
        if (!needed.at[in[j].id]) continue;
        if (!op->vjp) return refuse_derivative(g, g.nodes.at[i], "grad");
        const expr d = op->vjp(j, in, count, {&g, i}, {&g, cotangent.at[i]});
        if (!g.error.empty()) return false;
        if (!d.empty()) accumulate(in[j].id, attach(g, d, where), where);
      }
      return true;
    });
    if (!fine) return;
  }
  for (int k = 0; k < leaves.size(); k++) {
    const int w = leaves.at[k];
    const expr d = w <= last && cotangent.at[w] >= 0 ? expr{&g, cotangent.at[w]} : zeros(g, g.nodes.at[w].ax, {});
    gradients.at[k] = arrange(d, g.nodes.at[w].ax).id;
  }
}

/// The tangents of `values` given those of `leaves` (negative: does not move). What does not move has a visible zero.
constexpr void forward(builder& g, range<int> leaves, range<int> tangents, range<int> values, list<int>& out) {
  out = list<int>(values.size(), -1);
  if (!g.error.empty()) return;
  g.stage++;
  int last = -1, first = 0;
  for (int v : values) last = v > last ? v : last;
  const list<bool> moves = reached_from(g, leaves, last + 1, first);
  list<int> tangent(last + 1, -1);
  for (int k = 0; k < leaves.size(); k++)
    if (leaves.at[k] <= last) tangent.at[leaves.at[k]] = arrange({&g, tangents.at[k]}, g.nodes.at[leaves.at[k]].ax).id;
  for (int i = first; i <= last; i++) {
    if (!moves.at[i] || tangent.at[i] >= 0) continue;
    const node x = g.nodes.at[i];
    expr in[max_rank], t[max_rank];
    bool any = false;
    for (int j = 0; j < x.count; j++) {
      const int o = g.operands.at[x.first + j];
      in[j] = {&g, o};
      if (tangent.at[o] >= 0) t[j] = {&g, tangent.at[o]}, any = true;
    }
    if (!any) continue;
    if (!x.op->jvp) return void(refuse_derivative(g, x, "jvp"));
    const expr d = x.op->jvp(in, t, x.count, {&g, i});
    if (!g.error.empty()) return;
    if (!d.empty()) tangent.at[i] = to_axes(attach(g, d, x.where), x.ax, x.where).id;
  }
  for (int k = 0; k < values.size(); k++) {
    const int v = values.at[k];
    if (v < 0) continue;
    const axes ax = g.nodes.at[v].ax;
    out[k] = arrange(tangent.at[v] >= 0 ? expr{&g, tangent.at[v]} : zeros(g, ax, {}), ax).id;
  }
}
} // namespace weft::ir
