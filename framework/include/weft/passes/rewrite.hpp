// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/structural.hpp>

namespace weft::ir {

/// A graph being copied into a builder node by node: what every rewriting pass is made of.
struct rewriter {
  graph_view from;
  builder& to;
  list<int> moved; ///< the new number of each old node, -1 before it is reached

  constexpr rewriter(graph_view g, builder& b) : from(g), to(b), moved(g.size(), -1) {}
  constexpr expr operator[](int old) { return {&to, moved.at[old]}; }
  /// The node's operands in the new graph.
  constexpr void operands(const node& x, expr* in) {
    for (int j = 0; j < x.count; j++) in[j] = {&to, moved.at[from.operands.at[x.first + j]]};
  }
  /// The node as it was, on the new operands.
  constexpr expr copy(const node& x) {
    int in[max_rank]{};
    for (int j = 0; j < x.count; j++) in[j] = moved.at[from.operands.at[x.first + j]];
    return copy(x, in);
  }
  /// And on these.
  constexpr expr copy(const node& x, const int* in) {
    const int id = to.put(x.op, in, x.count, x.ax, x.k, x.at, x.where);
    if (x.op->how == form::input) to.inputs.push_back(id);
    return {&to, id};
  }
  constexpr void finish() {
    for (int o : from.outputs) to.outputs.push_back(moved.at[o]);
  }
};

/// Of each node: whether it is made of numbers, indices and extents alone.
constexpr list<bool> numbers_alone(graph_view g) {
  list<bool> r(g.size(), false);
  for (int i = 0; i < g.size(); i++) {
    const node& x = g.nodes.at[i];
    bool all = x.op->how == form::constant || x.op->how == form::extent || x.op->how == form::index ||
               x.op->how == form::map || x.op == &arrange_def;
    for (int j = 0; j < x.count; j++) all = all && r.at[g.in(x, j)];
    r.at[i] = all;
  }
  return r;
}

/// How often each node is read, outputs included.
constexpr list<int> use_counts(graph_view g) {
  list<int> uses(g.size(), 0);
  for (int o : g.operands) uses.at[o]++;
  for (int o : g.outputs) uses.at[o]++;
  return uses;
}
} // namespace weft::ir
