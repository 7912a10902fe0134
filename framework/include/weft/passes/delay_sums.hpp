// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/rewrite.hpp>

namespace weft::ir {

/// Whether what node x reads besides its operand j has no axis that this one lacks: x then costs no more than the
/// operand.
constexpr bool adds_no_axis(graph_view g, const node& x, int j) {
  for (int k = 0; k < x.count; k++)
    for (axis_ref a : g[g.in(x, k)].ax)
      if (!g[g.in(x, j)].ax.has(a)) return false;
  return true;
}
/// Whether node x is linear in its operand j alone and sums two axes or more of it away.
constexpr bool sums_a_space(graph_view g, const node& x, int j) {
  const int before = g[g.in(x, j)].ax.n;
  if (x.op->how == form::reduce) return x.op->is(trait::sum) && before - x.ax.n > 1;
  if (x.op->how == form::contract) return x.at.shape.n > 1 && g.in(x, 0) != g.in(x, 1) && adds_no_axis(g, x, j);
  return x.op->is(trait::scattering) && j == 0 && before - x.ax.n > 0; // which adds the table's axis
}
/// Whether node x is linear in its operand j alone, element by element.
constexpr bool is_linear_in(graph_view g, const node& x, int j) {
  if (x.op == &arrange_def) return x.ax.n == g[g.in(x, 0)].ax.n;
  if (x.op->is(trait::negation)) return true;
  if (x.op->is(trait::product) || (x.op->is(trait::quotient) && j == 0))
    return g.in(x, 0) != g.in(x, 1) && adds_no_axis(g, x, j);
  if (!x.op->is(trait::selection) || j == 0) return false;
  const node& other = g[g.in(x, 3 - j)];
  return other.op == &constant_def && other.at.value == 0 && adds_no_axis(g, x, j);
}

/// Of each node: whether it is a sum that only steps linear in it read, up to sums over two more axes.
constexpr list<bool> late_sums(graph_view g) {
  list<bool> linear(g.size(), true); // whether all that reads it is such
  for (int o : g.outputs) linear.at[o] = false;
  for (int i = g.nodes.count; i-- > 0;) {
    const node& x = g.nodes.at[i];
    for (int j = 0; j < x.count; j++)
      if (const int o = g.operands.at[x.first + j]; linear.at[o])
        linear.at[o] = sums_a_space(g, x, j) || (linear.at[i] && is_linear_in(g, x, j));
    linear.at[i] = linear.at[i] && x.op->how == form::reduce && x.op->is(trait::sum);
  }
  return linear;
}
constexpr bool can_delay_sums(graph_view g) {
  const list<bool> late = late_sums(g);
  for (int i = 0; i < g.nodes.count; i++)
    if (late.at[i]) return true;
  return false;
}

/// A sum that only linear steps read, up to sums over two more axes, comes after these: the gradient of a bias t[i - j]
/// that all of a batch share is summed over query and key for each of the batch, which a walk over query and key can
/// do, and then over the batch.
struct sum_delayer {
  rewriter r;
  list<axes> left; ///< of each node: the axes over which its new value must still be summed

  constexpr sum_delayer(graph_view g, builder& b) : r(g, b), left(g.size()) {}

  /// The node's own value.
  constexpr expr settled(int i) {
    if (left.at[i].n) {
      r.moved.at[i] = arrange(sum(at(r[i]), left.at[i]), r.from[i].ax).id;
      left.at[i] = {};
    }
    return r[i];
  }
  /// The operand of x whose sum can wait for x, or -1.
  constexpr int waiting(const node& x) const {
    int found = -1;
    for (int j = 0; j < x.count; j++)
      if (left.at[r.from.in(x, j)].n) {
        if (found >= 0) return -1;
        found = j;
      }
    if (found < 0) return -1;
    const axes& later = left.at[r.from.in(x, found)];
    if (!is_linear_in(r.from, x, found) && !sums_a_space(r.from, x, found)) return -1;
    if (x.ax.n + later.n > max_rank) return -1;
    for (axis_ref a : later) {
      if (x.ax.has(a) || (x.at.axis && same(x.at.axis, a))) return -1;
      for (int j = 0; j < x.count; j++)
        if (j != found && r.from[r.from.in(x, j)].ax.has(a)) return -1;
    }
    return found;
  }
  constexpr void take(int i, bool late) {
    const node& x = r.from[i];
    if (late) { // what its operand leaves, it leaves too
      const int o = r.from.in(x, 0);
      left.at[i] = left.at[o];
      for (axis_ref a : r.from[o].ax)
        if (!x.ax.has(a)) left.at[i].add(a);
      r.moved.at[i] = r.moved.at[o];
      return;
    }
    const int wait = waiting(x);
    for (int j = 0; j < x.count; j++)
      if (j != wait) settled(r.from.in(x, j));
    if (wait < 0) return void(r.moved.at[i] = r.copy(x).id);
    left.at[i] = left.at[r.from.in(x, wait)];
    if (x.op == &arrange_def) return void(r.moved.at[i] = r.moved.at[r.from.in(x, 0)]);
    int in[max_rank]{};
    for (int j = 0; j < x.count; j++) in[j] = r.moved.at[r.from.in(x, j)];
    r.moved.at[i] = put(r.to, x.op, in, x.count, x.at, x.where).id;
    if (sums_a_space(r.from, x, wait)) settled(i);
  }
};
constexpr void delay_sums(graph_view g, builder& b) {
  sum_delayer d(g, b);
  const list<bool> late = late_sums(g);
  for (int i = 0; i < g.nodes.count; i++) {
    b.stage = g[i].stage;
    d.take(i, late.at[i]);
  }
  for (int o : g.outputs) d.settled(o);
  d.r.finish();
}
} // namespace weft::ir
