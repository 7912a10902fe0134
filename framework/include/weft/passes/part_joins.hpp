// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/score_regions.hpp>
#include <weft/passes/simplify.hpp>

/// Before: a graph. After: the same, where scores that were laid end to end along one axis (those of two memories, or
/// with a sink's) stay apart: what is made of them is made of each part, and what reduces them reduces the parts'
/// results. Where something needs all of them (a sort, a result), the graph stays.
namespace weft::ir {

constexpr bool can_part_joins(graph_view g) {
  for (int i = 0; i < g.nodes.count; i++)
    if (g.nodes.at[i].op->is(trait::joining)) return true;
  return false;
}

/// The axes along which results of parts lie end to end: (part) has one place, (parts) one for each.
inline constexpr axis_ref one_part = axis<"(part)", 1>();
inline constexpr axis_ref parts_of[]{axis<"(parts)", 0>(), axis<"(parts)", 1>(), axis<"(parts)", 2>(),
                                     axis<"(parts)", 3>(), axis<"(parts)", 4>(), axis<"(parts)", 5>(),
                                     axis<"(parts)", 6>(), axis<"(parts)", 7>(), axis<"(parts)", 8>()};

struct join_parter {
  /// A value that is the parts of node `like`, a join, end to end.
  struct joined {
    int like;
    int parts[max_rank]{}; ///< in the new graph
  };
  rewriter r;
  score_spaces s;
  list<int> joins; ///< nodes that join scores along one of their two axes
  list<joined> values;
  list<int> value_of;       ///< of each old node that is made in parts: which of `all` it is, else -1
  list<int> cut_of;         ///< of each that is made whole and was asked for in parts: the same
  bool needs_whole = false; ///< something reads a value in parts that it can't take apart

  constexpr join_parter(graph_view g, builder& b) : r(g, b), value_of(g.size(), -1), cut_of(g.size(), -1) {
    score_region_finder(g, s).find_values();
    for (int i = 0; i < g.size(); i++) {
      const node& x = g[i];
      bool any = false;
      for (int j = 0; j < x.count && x.op->is(trait::joining); j++) any = any || is_score(g.in(x, j), x.at.shape[j]);
      if (any) joins.push_back(i);
    }
  }
  constexpr bool is_score(int i, axis_ref along) const { return s.region.at[i] && (s.pair.at[i] & s.names.bit(along)); }
  constexpr expr made(int i) { return {&r.to, i}; }

  /// The same axes with a join's axis called by that of its part j.
  static constexpr axes renamed(axes ax, const node& join, int j) {
    for (int i = 0; i < ax.n; i++)
      if (same(ax.a[i], join.at.to)) ax.a[i] = join.at.shape[j];
    return ax;
  }
  /// Node x for part j, on operands of that part.
  constexpr int again(const node& x, const int* in, const node& join, int j) {
    attributes a = x.at;
    a.shape = renamed(x.op == &arrange_def ? x.ax : a.shape, join, j);
    if (a.axis) a.axis = renamed(axes(a.axis), join, j)[0];
    return arrange(put(r.to, x.op, in, x.count, a, x.where), renamed(x.ax, join, j), x.where).id;
  }
  /// The sum of the extents of the first n parts.
  constexpr expr length(const node& join, int n) {
    expr total = attach(r.to, extent(join.at.shape[0]), join.where);
    for (int j = 1; j < n; j++) total = at(total, join.where) + at(attach(r.to, extent(join.at.shape[j]), join.where));
    return total;
  }
  /// What node i of the old graph is for part j of node `like`, a join.
  constexpr int part(int i, int like, int j) {
    const node &x = r.from[i], &join = r.from[like];
    if (!x.ax.has(join.at.to)) return settled(i);
    for (const int k : {value_of.at[i], cut_of.at[i]})
      if (k >= 0 && agree(values.at[k].like, like)) return values.at[k].parts[j];
    const joined v = cut(i, like);
    cut_of.at[i] = values.size_;
    values.push_back(v);
    return v.parts[j];
  }
  /// Node i in parts. Maps are made of their operands' parts, places count on from the parts before, a join like this
  /// one has its operands; anything else is cut by the join's own transpose.
  constexpr joined cut(int i, int like) {
    const node &x = r.from[i], &join = r.from[like];
    if (x.op->is(trait::joining) && agree(i, like)) return operands_of(i);
    if ((x.op->how == form::map || x.op == &arrange_def) && !has_part_axis(x, join)) return in_parts(x, like);
    joined v{like};
    for (int j = 0; j < join.count; j++)
      if (x.op->how == form::index) {
        const expr own = attach(r.to, index(join.at.shape[j]), x.where);
        v.parts[j] = j == 0 ? own.id : (at(own, x.where) + at(length(join, j))).id;
      } else
        v.parts[j] = with_room<expr>(join.count, [&](expr* parts) {
          for (int k = 0; k < join.count; k++) parts[k] = made(settled(r.from.in(join, k)));
          return join.op->vjp(j, parts, join.count, whole(operands_of(like)), made(settled(i))).id;
        });
    return v;
  }
  constexpr joined operands_of(int i) {
    joined v{i};
    for (int j = 0; j < r.from[i].count; j++) v.parts[j] = settled(r.from.in(r.from[i], j));
    return v;
  }
  constexpr joined in_parts(const node& x, int like) {
    joined v{like};
    for (int j = 0; j < r.from[like].count; j++) {
      int in[max_rank]{};
      for (int k = 0; k < x.count; k++) in[k] = part(r.from.in(x, k), like, j);
      v.parts[j] = again(x, in, r.from[like], j);
    }
    return v;
  }
  /// Whether x or an operand has the axis of a part already: a part of it would have it twice.
  constexpr bool has_part_axis(const node& x, const node& join) const {
    for (axis_ref a : join.at.shape) {
      if (x.ax.has(a)) return true;
      for (int k = 0; k < x.count; k++)
        if (r.from[r.from.in(x, k)].ax.has(a)) return true;
    }
    return false;
  }
  constexpr bool agree(int a, int b) const {
    const attributes &x = r.from[a].at, &y = r.from[b].at;
    return same(x.to, y.to) && x.shape == y.shape;
  }
  /// A node's own value.
  constexpr int settled(int i) {
    if (r.moved.at[i] >= 0) return r.moved.at[i];
    needs_whole = true;
    return r.moved.at[i] = arrange(whole(values.at[value_of.at[i]]), r.from[i].ax, r.from[i].where).id;
  }
  constexpr expr whole(const joined& v) {
    const node& join = r.from[v.like];
    return put(r.to, join.op, v.parts, join.count, join.at, join.where);
  }
  constexpr void keep(int i, const joined& v) {
    value_of.at[i] = values.size_;
    values.push_back(v);
  }
  /// Whether a part with these attributes is part j of a join.
  static constexpr bool is_part(const attributes& a, axis_ref whole, axis_ref own, const node& join, int j) {
    if (!same(whole, join.at.to) || !same(own, join.at.shape[j])) return false;
    if (a.shape.n) return a.shape == join.at.shape && a.value == j;
    long start = 0;
    for (int k = 0; k < j; k++) {
      if (join.at.shape[k]->extent == unbound) return false;
      start += join.at.shape[k]->extent;
    }
    return a.start == start;
  }
  /// What a reduction of all parts is, by its results for each: reduced once more, as places of one axis.
  constexpr expr combined(const node& x, const joined& results) {
    const node& join = r.from[results.like];
    expr total = made(results.parts[0]);
    if (x.op->how == form::contract || x.op->is(trait::sum)) {
      for (int j = 1; j < join.count; j++) total = at(total, x.where) + at(made(results.parts[j]));
      return total;
    }
    joined one = results;
    attributes a = join.at, over;
    a.to = parts_of[join.count], a.shape = {};
    over.axis = a.to;
    for (int j = 0; j < join.count; j++) {
      axes ax = total.ax();
      ax.add(one_part), a.shape.add(one_part);
      one.parts[j] = arrange(made(results.parts[j]), ax, x.where).id;
    }
    const int whole = put(r.to, join.op, one.parts, join.count, a, x.where).id;
    return put(r.to, x.op, &whole, 1, over, x.where);
  }

  /// Node i as a value in parts, or made of their results, if it can be.
  constexpr bool takes_parts(int i) {
    const node& x = r.from[i];
    if (x.op->is(trait::padding)) return takes_padding(i);
    int like = -1;
    for (int j = 0; j < x.count && like < 0; j++)
      if (const int k = value_of.at[r.from.in(x, j)]; k >= 0) like = values.at[k].like;
    for (int join : joins) // the cotangent of such a join's values
      if (like < 0 && join < i && is_score(i, r.from[join].at.to)) like = join;
    if (like < 0) return false;
    const node& join = r.from[like];
    if (x.op->is(trait::part))
      for (int j = 0; j < join.count; j++)
        if (is_part(x.at, x.at.axis, x.at.to, join, j)) {
          r.moved.at[i] = arrange(made(part(r.from.in(x, 0), like, j)), x.ax, x.where).id;
          return true;
        }
    if ((x.op->how != form::map && !x.op->reduces() && x.op != &arrange_def) || x.op->is(trait::never_shared) ||
        has_part_axis(x, join))
      return false;
    const joined v = in_parts(x, like);
    if (x.ax.has(join.at.to)) keep(i, v);
    else r.moved.at[i] = arrange(combined(x, v), x.ax, x.where).id;
    return true;
  }
  /// A part beside zeros, as what the transpose of taking it gives.
  constexpr bool takes_padding(int i) {
    const node& x = r.from[i];
    if (x.k == boolean || !is_score(r.from.in(x, 0), x.at.axis)) return false;
    for (int like : joins) {
      const node& join = r.from[like];
      bool free = like < i; // no other part's axis is there already
      for (axis_ref a : join.at.shape) free = free && !x.ax.has(a);
      for (int own = 0; own < join.count && free; own++) {
        if (!is_part(x.at, x.at.to, x.at.axis, join, own)) continue;
        joined v{like};
        const expr zero = attach(r.to, x.k == real ? expr(0.0) : expr(0), x.where);
        for (int j = 0; j < join.count; j++)
          v.parts[j] = j == own ? settled(r.from.in(x, 0)) : arrange(zero, renamed(x.ax, join, j), x.where).id;
        keep(i, v);
        return true;
      }
    }
    return false;
  }
  constexpr void take(int i) {
    const node& x = r.from[i];
    r.to.stage = x.stage;
    int in[max_rank]{};
    for (int like : joins) {
      if (like == i) return keep(i, operands_of(i));
      if (x.op->how == form::extent && same(x.at.axis, r.from[like].at.to))
        return void(r.moved.at[i] = length(r.from[like], r.from[like].count).id);
    }
    if (takes_parts(i)) return;
    for (int j = 0; j < x.count; j++) in[j] = settled(r.from.in(x, j));
    r.moved.at[i] = r.copy(x, in).id;
  }
};
constexpr void part_joins(graph_view g, builder& b) {
  builder all(g.size());
  join_parter p(g, all);
  for (int i = 0; i < g.nodes.count; i++) p.take(i);
  for (int o : g.outputs) p.settled(o);
  p.r.finish();
  simplify(p.needs_whole ? g : all.view(), b); // wholes that only their parts are made of are left behind
}
} // namespace weft::ir
