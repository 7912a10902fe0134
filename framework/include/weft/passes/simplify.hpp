// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/rewrite.hpp>

namespace weft::ir {

/// An operand that elementwise ops broadcast themselves need not be broadcast before.
constexpr int without_arrangement(const builder& g, const node& x, int j, const int* in) {
  const node& source = g.nodes.at[in[j]];
  if (source.op != &arrange_def) return in[j];
  const int inner = g.operands.at[source.first];
  return with_room<operand>(x.count, [&](operand* seen) {
    for (int i = 0; i < x.count; i++) seen[i] = {g.nodes.at[in[i]].ax, g.nodes.at[in[i]].k};
    seen[j].ax = g.nodes.at[inner].ax;
    return x.op->infer(seen, x.count, x.at).out == x.ax ? inner : in[j];
  });
}

/// The number that a node of constant operands is, or -1. Of numbers that float32 or its integers lack it is none:
/// there they are infinite, or wrap around.
constexpr int folded(builder& b, const node& x, const int* in) {
  bool constant = x.op->fold && x.count > 0;
  double value[max_rank]{};
  for (int j = 0; j < x.count; j++) {
    const node& o = b.nodes.at[in[j]];
    value[j] = o.at.value;
    constant = constant && o.op == &constant_def && o.at.value < 1e38 && o.at.value > -1e38;
  }
  if (!constant) return -1;
  attributes a;
  a.value = x.op->fold(value), a.k = x.k;
  const double most = x.k == integer ? 2147483647 : 1e38;
  return a.value <= most && a.value >= -most ? b.put(&constant_def, nullptr, 0, {}, x.k, a, x.where) : -1;
}
/// What a node is by its op's own algebra, or -1.
constexpr int simpler(builder& b, const node& x, const int* in) {
  if (!x.op->simplify) return -1;
  return with_room<expr>(x.count, [&](expr* operands) {
    for (int j = 0; j < x.count; j++) operands[j] = {&b, in[j]};
    const expr y = x.op->simplify(operands, x.count, x);
    return y.attached() ? y.id : -1;
  });
}

/// A map of what is repeated alone, repeated afterwards: its number, or -1.
constexpr int with_late_arrangement_of_map(builder& b, const node& x, const int* in) {
  int once[max_rank]{};
  bool any = false;
  for (int j = 0; j < x.count; j++) {
    const node& source = b.nodes.at[in[j]];
    once[j] = source.op == &arrange_def ? b.operands.at[source.first] : in[j];
    any = any || once[j] != in[j];
  }
  if (!any) return -1;
  node narrow = x;
  narrow.ax = with_room<operand>(x.count, [&](operand* seen) {
    for (int j = 0; j < x.count; j++) seen[j] = {b.nodes.at[once[j]].ax, b.nodes.at[once[j]].k};
    return x.op->infer(seen, x.count, x.at).out;
  });
  if (narrow.ax.n >= x.ax.n) return -1;
  int made = folded(b, narrow, once);
  if (made < 0) made = simpler(b, narrow, once);
  if (made < 0) made = b.put(x.op, once, x.count, narrow.ax, x.k, x.at, x.where);
  return arrange({&b, made}, x.ax, x.where).id;
}

/// A product or reduction of what is repeated along axes that it doesn't sum, repeated afterwards: its number, or -1.
constexpr int with_late_arrangement(builder& b, const node& x, const int* in) {
  int once[2]{in[0], in[1]};
  for (int j = 0; j < x.count; j++) {
    if (b.nodes.at[in[j]].op != &arrange_def) continue;
    const axes ax = b.nodes.at[in[j]].ax;
    const expr source{&b, b.operands.at[b.nodes.at[in[j]].first]};
    axes needed;
    for (axis_ref a : ax)
      if (source.ax().has(a) || !x.ax.has(a)) needed.add(a);
    if (needed.n < ax.n) once[j] = arrange(source, needed, x.where).id;
  }
  if (once[0] == in[0] && once[1] == in[1]) return -1;
  return arrange(put(b, x.op, once, x.count, x.at, x.where), x.ax, x.where).id;
}

/// Shares equal nodes, computes what is constant, applies each op's own exact algebra, and leaves unused nodes behind.
/// After it no node has an alias or a stopped gradient, and no two nodes are equal.
constexpr void simplify(graph_view g, builder& b) {
  rewriter r(g, b);
  list<bool> needed(g.size(), false);
  for (int o : g.outputs) needed.at[o] = true;
  for (int i = g.size(); i-- > 0;)
    if (needed.at[i])
      for (int j = 0; j < g.nodes.at[i].count; j++) needed.at[g.operands.at[g.nodes.at[i].first + j]] = true;
  for (int i = 0; i < g.nodes.count; i++) {
    const node& x = g.nodes.at[i];
    if (!needed.at[i] && x.op->how != form::input) continue;
    b.stage = x.stage;
    int in[max_rank]{};
    for (int j = 0; j < x.count; j++) in[j] = r.moved.at[g.operands.at[x.first + j]];
    if (const int number = folded(b, x, in); number >= 0) {
      r.moved.at[i] = number;
      continue;
    }
    if (x.op->how == form::map) {
      for (int j = 0; j < x.count; j++) in[j] = without_arrangement(b, x, j, in);
      if (const int late = with_late_arrangement_of_map(b, x, in); late >= 0) {
        r.moved.at[i] = late;
        continue;
      }
    }
    if (x.op->reduces())
      if (const int late = with_late_arrangement(b, x, in); late >= 0) {
        r.moved.at[i] = late;
        continue;
      }
    if (const int other = simpler(b, x, in); other >= 0) {
      r.moved.at[i] = other;
      continue;
    }
    r.moved.at[i] = b.put(x.op, in, x.count, x.ax, x.k, x.at, x.where);
    if (x.op->how == form::input) b.inputs.push_back(r.moved.at[i]);
  }
  r.finish();
}
} // namespace weft::ir
