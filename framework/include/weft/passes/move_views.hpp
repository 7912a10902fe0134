// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/score_regions.hpp>
#include <weft/passes/simplify.hpp>

/// Before: a graph. After: the same, where views along one axis of what a score space holds have become, if they can,
/// views of what that is made of, or of what leaves the space: tiles show their values under one name, in one order.
/// A renaming waits until something is computed that needs it; so what is made under either name is made once.
/// A gather that picks some places along the axis is such a view too: what is picked is made alone.
namespace weft::ir {

constexpr int sequences_of(const axes& ax) {
  int n = 0;
  for (axis_ref a : ax) n += a->role == role::sequence;
  return n;
}
constexpr bool has_two_sequences(const axes& ax) { return sequences_of(ax) > 1; }
/// Whether node x gathers no more elements than its table has, and has not the axis itself.
constexpr bool picks(graph_view g, const node& x) {
  return x.op->is(trait::gathering) && !x.ax.has(x.at.axis) && assumed(x.ax) <= assumed(g[g.in(x, 0)].ax);
}
/// Whether a node tells which of two reals is larger, or which of many is the largest.
constexpr bool compares_reals(graph_view g, const node& x) {
  return (x.op->rule == kinds::compare && g[g.in(x, 0)].k == real) || x.op->rule == kinds::ranks;
}
/// Whether what node i picks is compared with what its table is made of. Picked values are made by other sums than
/// those in tiles: they are not equal to the last bit.
constexpr bool is_compared(graph_view g, int i) {
  const axis_ref along = g[i].at.axis;
  list<bool> table(g.size(), false), picked(g.size(), false);
  table.at[g.in(g[i], 0)] = picked.at[i] = true;
  for (int n = i; n-- > 0;)
    if (table.at[n])
      for (int j = 0; j < g[n].count; j++)
        if (const int o = g.in(g[n], j); g[o].ax.has(along) && g[o].op->how != form::input) table.at[o] = true;
  for (int n = 0; n < g.size(); n++) {
    bool both[2]{};
    for (int j = 0; j < g[n].count && n != i; j++) {
      const int o = g.in(g[n], j);
      both[0] = both[0] || table.at[o], both[1] = both[1] || picked.at[o];
    }
    if (both[0] && both[1] && compares_reals(g, g[n])) return true;
    table.at[n] = table.at[n] || both[0], picked.at[n] = picked.at[n] || both[1];
  }
  return false;
}
/// Whether node i shows computed values with two long axes along one axis.
constexpr bool shows_long_axes(graph_view g, int i) {
  const node& x = g.nodes.at[i];
  if (!x.op->is(trait::along) && !picks(g, x)) return false;
  const node& shown = g.nodes.at[g.in(i, 0)];
  return shown.op->how != form::input && has_two_sequences(shown.ax);
}
/// The pairs of axes that the values of a graph's score spaces have, under any of their names. (A long batch beside a
/// long axis is none.)
struct score_pairs {
  score_spaces s;
  constexpr explicit score_pairs(graph_view g) {
    score_region_finder(g, s).find_values();
    for (int known = -1; known != s.pairs.size_;) {
      known = s.pairs.size_;
      for (const node& x : g.nodes) {
        if (x.op->is(trait::along) && x.at.to) {
          add_renamed(s.names.bit(x.at.axis), s.names.bit(x.at.to));
          add_renamed(s.names.bit(x.at.to), s.names.bit(x.at.axis));
        }
        if (x.op->is(trait::gathering))
          for (axis_ref a : g[g.in(x, 1)].ax)
            if (a->role == role::sequence) add_renamed(s.names.bit(x.at.axis), s.names.bit(a));
      }
    }
  }
  constexpr void add_renamed(axis_set from, axis_set to) {
    for (int k = 0, known = s.pairs.size_; k < known; k++)
      if (const axis_set p = s.pairs.at[k]; (p & from) && !(p & to))
        if (const axis_set renamed = (p & ~from) | to; !any_in(renamed)) s.pairs.push_back(renamed);
  }
  constexpr bool any_in(axis_set a) const {
    for (axis_set p : s.pairs)
      if ((a & p) == p) return true;
    return false;
  }
  constexpr bool any_in(const axes& ax) const {
    axis_set a = 0;
    for (axis_ref x : ax) a |= s.names.bit(x);
    return s.names.full ? has_two_sequences(ax) : any_in(a);
  }
};
constexpr bool can_move_views(graph_view g) {
  for (int i = 0; i < g.nodes.count; i++)
    if (shows_long_axes(g, i)) return true;
  return false;
}

struct view_mover {
  rewriter r;
  score_pairs pairs;
  list<int> later;   ///< of each node: the renaming that its new value still lacks, a node of `from`, else -1
  list<int> renamed; ///< and that value renamed, if something has asked for it
  /// Of each node of the new graph: the search that has seen it last, and what it is under that search's view. No list
  /// is made anew for a search, so that all together cost what they look at.
  struct visit {
    int search = 0, under = -1;
    bool taken = true;  ///< whether it can be seen so
    bool whole = false; ///< and as it is, not by what it is made of
  };
  list<visit> visits;
  int search = 0;

  constexpr view_mover(graph_view g, builder& b) : r(g, b), pairs(g), later(g.size(), -1), renamed(g.size(), -1) {}

  /// The axes that say where a view picks.
  constexpr axes picked_by(const node& view) const {
    return view.op->is(trait::gathering) ? r.from[r.from.in(view, 1)].ax : axes{};
  }
  /// The axes of a value under a view.
  constexpr axes shown(axes ax, const node& view) const {
    const axis_ref from = view.at.axis, to = view.at.to;
    if (view.op->is(trait::gathering)) {
      axes all = picked_by(view);
      for (axis_ref a : ax.without(from))
        if (!all.has(a)) all.add(a);
      return all;
    }
    if (view.op->is(trait::merging) && ax.has(to)) return ax.without(from);
    for (int i = 0; i < ax.n; i++)
      if (same(ax.a[i], from)) ax.a[i] = to ? to : from;
      else if (view.op->is(trait::renaming) && same(ax.a[i], to)) ax.a[i] = from;
    return ax;
  }
  static constexpr bool are_same(const node& a, const node& b) {
    return (same(a.at.axis, b.at.axis) && same(a.at.to, b.at.to)) ||
           (same(a.at.axis, b.at.to) && same(a.at.to, b.at.axis));
  }
  constexpr bool shows_a_space(int i) const {
    return shows_long_axes(r.from, i) && pairs.any_in(r.from[r.from.in(i, 0)].ax);
  }
  /// What a view stops at: an input, what has no pair of a space, or one of the two that are exchanged.
  constexpr bool is_small(const node& x, const node& view) const {
    const auto has_both = [&](const axes& ax) { return ax.has(view.at.axis) && ax.has(view.at.to); };
    return x.op->how == form::input || !pairs.any_in(x.ax) || (view.at.to && has_both(view.ax) && !has_both(x.ax));
  }
  constexpr const node& made(int i) const { return r.to.nodes.at[i]; }

  static constexpr bool changes(const node& x, const node& view) {
    return x.ax.has(view.at.axis) || (view.op->is(trait::renaming) && x.ax.has(view.at.to));
  }

  constexpr void start_search() {
    search++;
    while (visits.size_ < r.to.nodes.size_) visits.push_back({});
  }
  /// Whether what a gather takes of x for each place is not larger than all that it would be taken of.
  constexpr bool is_worth(const node& x, const node& view) const {
    if (!view.op->is(trait::gathering)) return true;
    const axes table = r.from[r.from.in(view, 0)].ax;
    return view.ax.n < table.n || assumed(shown(x.ax, view)) <= assumed(table);
  }
  /// Whether node x sums its operand o over one of the axes.
  constexpr bool sums_any(const node& x, int o, const axes& of) const {
    for (axis_ref a : of)
      if (made(o).ax.has(a) && !x.ax.has(a)) return true;
    return false;
  }
  /// Whether node i of the new graph is made of small values and inputs, by steps that can all be done under the view
  /// instead; `computes` if by more than one. What is cut or picked may also be made of values that are shown as they
  /// are, if they have fewer long axes than the view's operand.
  constexpr bool takes(int i, const node& view, bool& computes) {
    if (visits.at[i].search == search) return visits.at[i].taken;
    visits.at[i] = {search};
    const node& x = made(i);
    const axis_ref from = view.at.axis, to = view.at.to;
    if (!view.op->is(trait::renaming | trait::merging) && to && !same(to, from) && x.ax.has(to))
      return visits.at[i].taken = false;
    if (!changes(x, view)) return true;
    if (shown(x.ax, view).n > max_rank) return visits.at[i].taken = false;
    if (!is_small(x, view)) {
      if (takes_operands(x, view, computes)) return true;
      visits.at[i].whole = !view.op->is(trait::renaming | trait::merging) &&
                           sequences_of(x.ax) < sequences_of(r.from[r.from.in(view, 0)].ax);
      if (!visits.at[i].whole) return visits.at[i].taken = false;
    }
    return visits.at[i].taken = is_worth(x, view);
  }
  constexpr bool takes_operands(const node& x, const node& view, bool& computes) {
    const axis_ref from = view.at.axis, to = view.at.to;
    if ((x.op->how != form::map && !x.op->reduces() && x.op != &arrange_def) || x.op->is(trait::never_shared) ||
        (view.op->is(trait::gathering) && compares_reals(r.to.view(), x)) ||
        compared_with_reduction(r.to.view(), x) >= 0)
      return false;
    computes = computes || x.count > 1;
    for (int j = 0; j < x.count; j++) {
      const int o = r.to.operands.at[x.first + j];
      const bool sums_either = x.op->reduces() && view.op->is(trait::merging) &&
                               ((made(o).ax.has(from) && !x.ax.has(from)) || (made(o).ax.has(to) && !x.ax.has(to)));
      if (sums_either || sums_any(x, o, picked_by(view)) || !takes(o, view, computes)) return false;
    }
    return true;
  }
  /// Such a node under the view, after `takes` in the same search.
  constexpr int through(int i, const node& view) {
    if (visits.at[i].under >= 0) return visits.at[i].under;
    const node x = made(i);
    if (!changes(x, view)) return i;
    if (visits.at[i].whole || is_small(x, view)) return visits.at[i].under = seen_through(i, view);
    int in[max_rank]{};
    for (int j = 0; j < x.count; j++) in[j] = through(r.to.operands.at[x.first + j], view);
    return visits.at[i].under = again(x, in, view, shown(x.ax, view));
  }
  /// Node x on operands under the view, with axes `ax`.
  constexpr int again(const node& x, const int* in, const node& view, const axes& ax) {
    attributes a = x.at;
    const bool picks = view.op->is(trait::gathering); // along an axis that x keeps: what it reduces stays
    if (x.op == &arrange_def) a.shape = ax;
    else if (!picks) a.shape = shown(a.shape, view);
    if (a.axis && !picks) a.axis = shown(axes(a.axis), view)[0];
    return arrange(put(r.to, x.op, in, x.count, a, x.where), ax, x.where).id;
  }
  constexpr int seen_through(int i, const node& view) {
    const node x = made(i);
    const at value({&r.to, i}, view.where);
    if (!changes(x, view)) return i;
    const bool renames = view.op->is(trait::renaming) || (view.op->is(trait::merging) && !x.ax.has(view.at.to));
    if (!renames) {
      const int in[2]{i, view.count > 1 ? settled(r.from.in(view, 1)) : -1};
      return put(r.to, view.op, in, view.count, view.at, view.where).id;
    }
    if (x.op->how == form::index) return again(x, nullptr, view, shown(x.ax, view));
    if (!x.ax.has(view.at.to)) return rename(value, view.at.axis, view.at.to).id;
    if (!x.ax.has(view.at.axis)) return rename(value, view.at.to, view.at.axis).id;
    return exchange(value, view.at.axis, view.at.to).id;
  }
  /// Node i of the new graph under the view, of what it is made of where that can be.
  constexpr int under(int i, const node& view) {
    start_search();
    bool computes = false;
    return takes(i, view, computes) && computes ? through(i, view) : seen_through(i, view);
  }

  /// A node's own value.
  constexpr int settled(int i) {
    if (later.at[i] < 0) return r.moved.at[i];
    if (renamed.at[i] < 0) renamed.at[i] = under(r.moved.at[i], r.from[later.at[i]]);
    return renamed.at[i];
  }
  /// Node i computed before the renaming that its operand j lacks, where it is of a score space or goes on into one and
  /// all that it reads can be seen so.
  constexpr bool waits(int i, int j) {
    const node& x = r.from[i];
    if ((x.op->how != form::map && !x.op->reduces()) || x.op->is(trait::never_shared)) return false;
    const node view = r.from[later.at[r.from.in(x, j)]];
    bool large = x.op->how == form::map;
    int in[max_rank]{};
    for (int k = 0; k < x.count; k++) {
      const int o = r.from.in(x, k);
      large = large || pairs.any_in(r.from[o].ax);
      in[k] = r.moved.at[o];
      if (later.at[o] >= 0 && are_same(r.from[later.at[o]], view)) continue;
      in[k] = settled(o);
      start_search();
      if (bool computes = false; !takes(in[k], view, computes)) return false;
      in[k] = through(in[k], view);
    }
    if (!large) return false;
    r.moved.at[i] = again(x, in, view, shown(x.ax, view));
    if (changes(x, view)) later.at[i] = later.at[r.from.in(x, j)];
    return true;
  }

  constexpr void take(int i) {
    const node& x = r.from[i];
    r.to.stage = x.stage;
    if (x.op->is(trait::along | trait::gathering)) {
      const int o = r.from.in(x, 0);
      if (x.op->is(trait::renaming) && later.at[o] >= 0 && are_same(r.from[later.at[o]], x))
        return void(r.moved.at[i] = r.moved.at[o]);
      if (shows_a_space(i) && !(x.op->is(trait::gathering) && is_compared(r.from, i))) {
        r.moved.at[i] = settled(o);
        if (x.op->is(trait::renaming)) later.at[i] = i;
        else r.moved.at[i] = under(r.moved.at[i], x);
        return;
      }
    }
    for (int j = 0; j < x.count; j++)
      if (later.at[r.from.in(x, j)] >= 0 && waits(i, j)) return;
    int in[max_rank]{};
    for (int j = 0; j < x.count; j++) in[j] = settled(r.from.in(x, j));
    r.moved.at[i] = r.copy(x, in).id;
  }
};
constexpr void move_views(graph_view g, builder& b) {
  builder all(g.size());
  view_mover m(g, all);
  for (int i = 0; i < g.nodes.count; i++) m.take(i);
  for (int o : g.outputs) m.r.moved.at[o] = m.settled(o), m.later.at[o] = -1;
  m.r.finish();
  simplify(all.view(), b); // what was made before it was moved is left behind
}
} // namespace weft::ir
