// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/rewrite.hpp>

namespace weft::ir {

/// The multiplications of a product: the extents of all axes that its operands have.
constexpr double product_cost(const axes& a, const axes& b) {
  double n = assumed(a);
  for (axis_ref x : b)
    if (!a.has(x)) n *= assumed(x);
  return n;
}
constexpr axes product_axes(const axes& a, const axes& b, const axes& over) {
  axes r = a.without(over);
  for (axis_ref x : b)
    if (!over.has(x) && !r.has(x)) r.add(x);
  return r;
}

/// How (a b) c at node i is better multiplied: `far` with the product of `near`; none if it is as good as any.
struct association {
  int far = -1, near[2]{-1, -1};
  axes opened; ///< what the product that is opened sums
  constexpr bool any() const { return far >= 0; }
};
constexpr association best_association(graph_view g, const list<int>& uses, int i) {
  association r;
  const node& x = g.nodes.at[i];
  if (x.op->how != form::contract) return r;
  double best = 0;
  for (int side = 0; side < 2; side++) {
    const int inner = g.in(x, side), c = g.in(x, 1 - side);
    const node& p = g[inner];
    if (p.op->how != form::contract || uses.at[inner] != 1 || p.at.value != x.at.value) continue;
    bool captured = false; // c has an axis that the inner product sums: moving it inside would change its meaning
    for (axis_ref a : p.at.shape) captured = captured || g[c].ax.has(a);
    if (captured || x.at.shape.n + p.at.shape.n > max_rank) continue;
    const double now = product_cost(g[g.in(p, 0)].ax, g[g.in(p, 1)].ax) + product_cost(p.ax, g[c].ax);
    for (int k = 0; k < 2; k++) {
      const int outer = g.in(p, k), near = g.in(p, 1 - k);
      const axes first_over = x.at.shape.without(g[outer].ax);
      const axes first = product_axes(g[near].ax, g[c].ax, first_over);
      if (first.n > max_rank) continue;
      const double then = product_cost(g[near].ax, g[c].ax) + product_cost(g[outer].ax, first);
      if (then < now && (best == 0 || then < best)) best = then, r = {outer, {near, c}, p.at.shape};
    }
  }
  return r;
}

/// Whether `reassociate` would change anything.
constexpr bool can_reassociate(graph_view g) {
  const list<int> uses = use_counts(g);
  for (int i = 0; i < g.nodes.count; i++)
    if (g.nodes.at[i].op->how == form::contract && best_association(g, uses, i).any()) return true;
  return false;
}

/// (a b) c as a (b c) or b (a c) where that multiplies less: linear attention runs in O(N) without being asked.
/// Only inner products that nothing else reads are opened.
constexpr void reassociate(graph_view g, builder& b) {
  rewriter r(g, b);
  const list<int> uses = use_counts(g);
  for (int i = 0; i < g.nodes.count; i++) {
    const node& x = g[i];
    b.stage = x.stage;
    r.moved.at[i] = r.copy(x).id;
    const association better = best_association(g, uses, i);
    if (!better.any()) continue;
    axes all_summed = x.at.shape;
    for (axis_ref a : better.opened) all_summed.add(a);
    attributes first = x.at, second = x.at;
    first.shape = all_summed.without(g[better.far].ax), second.shape = all_summed.without(first.shape);
    const int near[2]{r.moved.at[better.near[0]], r.moved.at[better.near[1]]};
    const expr inner = put(b, x.op, near, 2, first, x.where);
    const int far[2]{r.moved.at[better.far], inner.id};
    r.moved.at[i] = inner.id < 0 ? r.moved.at[i] : arrange(put(b, x.op, far, 2, second, x.where), x.ax, x.where).id;
  }
  r.finish();
}
} // namespace weft::ir
