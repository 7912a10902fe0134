// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/plan.hpp>
#include <weft/passes/rewrite.hpp>

/// From a graph to a plan: elementwise chains, reductions and what is made of them become regions; products and general
/// ops are steps of their own.
namespace weft::ir {

/// Groups of nodes that one region computes. A node joins the group that made its latest operand, if their spaces
/// agree; so a group's place in the order of steps is where it was opened, and everything it reads is made before.
struct grouping {
  struct group {
    axes space, reduced;
    int position = 0;
    int size = 0;
  };
  static constexpr int most = 160; ///< nodes of a group: its values are to stay in registers and in L1
  graph_view g;
  list<int> uses;
  list<int> group_of; ///< of each node: the group that computes it, or -1
  list<int> position; ///< of each node: the step after which it exists (-1: before all)
  list<bool> free;    ///< indices, numbers and what is made of them: computed wherever they are read
  list<bool> row;     ///< a value without the reduced axes of its group
  list<bool> stored;
  list<axes> order;
  list<group> groups;
  struct opened {
    int group, node;
  };
  list<opened> at; ///< what each position is: a group, or a product or general node

  constexpr explicit grouping(graph_view graph)
      : g(graph), uses(use_counts(graph)), group_of(g.size(), -1), position(g.size(), -1), free(g.size(), false),
        row(g.size(), false), stored(g.size(), false), order(g.size()) {
    for (int i = 0; i < g.size(); i++) place(i);
    for (int o : g.outputs) store(o);
  }

  /// Through arrangements, which a region reads by axis names.
  constexpr int source(int i) const {
    while (g.nodes.at[i].op == &arrange_def) i = g.operands.at[g.nodes.at[i].first];
    return i;
  }
  /// Makes sure that a value lies in memory.
  constexpr void store(int i) {
    while (g.nodes.at[i].op->how == form::view) i = g.in(i, 0);
    if (stored.at[i] || g.nodes.at[i].op->how == form::input) return;
    stored.at[i] = true;
    if (group_of.at[i] < 0 && (g.nodes.at[i].op->how == form::map || free.at[i])) {
      const int k = open(order_like(i, g.nodes.at[i].ax), {});
      join(i, k, false);
    }
    const group& home = group_of.at[i] >= 0 ? groups.at[group_of.at[i]] : group{};
    if (order.at[i].n == 0)
      order.at[i] = group_of.at[i] >= 0 ? restricted(home.space, g.nodes.at[i].ax) : g.nodes.at[i].ax;
  }
  static constexpr axes restricted(const axes& space, const axes& to) {
    if (space == to) return space;
    axes r;
    for (axis_ref a : space)
      if (to.has(a)) r.add(to[to.find(a)]);
    return r;
  }
  /// The axes in the order in which the first operand that has them all lies in memory.
  constexpr axes order_like(int i, const axes& ax) const {
    for (int j = 0; j < g.nodes.at[i].count; j++) {
      const int o = source(g.in(i, j));
      if (!g.nodes.at[o].ax.matches(ax)) continue;
      if (group_of.at[o] >= 0 && groups.at[group_of.at[o]].space.matches(ax)) return groups.at[group_of.at[o]].space;
      if (order.at[o].n) return order.at[o];
    }
    return ax;
  }
  constexpr int open(const axes& space, const axes& reduced) {
    groups.push_back({space, reduced, at.size(), 0});
    at.push_back({groups.size() - 1, -1});
    return groups.size() - 1;
  }
  constexpr void join(int i, int k, bool is_row) {
    group_of.at[i] = k, row.at[i] = is_row;
    position.at[i] = groups.at[k].position;
    groups.at[k].size++;
    for (int j = 0; j < g.nodes.at[i].count; j++) {
      const int o = source(g.in(i, j));
      if (group_of.at[o] != k && !free.at[o]) store(g.in(i, j));
    }
  }
  /// The group that makes the latest of a node's operands; -1 if a product or another step does, or if one of them is a
  /// view of such a value's memory.
  constexpr int latest(int i) const {
    int p = -1, k = -1;
    for (int j = 0; j < g.nodes.at[i].count; j++) {
      const int o = source(g.in(i, j));
      if (free.at[o] || position.at[o] < p) continue;
      k = position.at[o] == p && k != group_of.at[o] ? -1 : group_of.at[o];
      p = position.at[o];
    }
    return k;
  }
  /// Whether all operands that group k makes have what `allowed` says (lanes or rows, rows alone).
  constexpr bool rows_only(int i, int k) const {
    for (int j = 0; j < g.nodes.at[i].count; j++) {
      const int o = source(g.in(i, j));
      if (group_of.at[o] == k && !row.at[o]) return false;
    }
    return true;
  }

  constexpr void place(int i) {
    const node& x = g.nodes.at[i];
    switch (x.op->how) {
    case form::input: order.at[i] = x.ax; return;
    case form::constant:
    case form::extent:
    case form::index: free.at[i] = true; return;
    case form::view: return place_view(i);
    case form::map: return place_map(i);
    case form::reduce: return place_reduction(i);
    case form::contract:
    case form::general: return place_alone(i);
    }
  }
  constexpr void place_view(int i) {
    const int o = g.in(i, 0);
    position.at[i] = position.at[o];
    free.at[i] = free.at[o] && g.nodes.at[i].op == &arrange_def;
    if (g.nodes.at[i].op != &arrange_def) store(o);
  }
  constexpr void place_map(int i) {
    bool all_free = true;
    for (int j = 0; j < g.nodes.at[i].count; j++) all_free = all_free && free.at[source(g.in(i, j))];
    if (all_free) return void(free.at[i] = true);
    if (const int k = latest(i); k >= 0 && groups.at[k].size < most) {
      const group& c = groups.at[k];
      if (c.space.matches(g.nodes.at[i].ax)) return join(i, k, false);
      if (c.reduced.n && c.space.without(c.reduced).matches(g.nodes.at[i].ax) && rows_only(i, k))
        return join(i, k, true);
    }
    join(i, open(order_like(i, g.nodes.at[i].ax), {}), false);
  }
  constexpr void place_reduction(int i) {
    const int o = source(g.in(i, 0));
    const axes space = g.nodes.at[g.in(i, 0)].ax, reduced = space.without(g.nodes.at[i].ax);
    int k = free.at[o] ? -1 : group_of.at[o];
    if (k >= 0 && !row.at[o] && groups.at[k].space.matches(space)) {
      if (groups.at[k].reduced.n == 0 || groups.at[k].reduced.matches(reduced)) {
        if (groups.at[k].reduced.n == 0) groups.at[k].reduced = reduced;
        return join(i, k, true);
      }
      // a chain's end that only this reduction reads moves out to it, so that it need not be stored
      if (uses.at[o] == 1 && !stored.at[o] && g.nodes.at[o].op->how == form::map &&
          g.nodes.at[g.in(i, 0)].op != &arrange_def) {
        const int fresh = twin(o, groups.at[k].space, reduced);
        join(o, fresh, false);
        return join(i, fresh, true);
      }
    }
    const int fresh = twin(i, order_like(i, space), reduced);
    join(i, fresh, true);
  }
  /// The last group, if it has this space and reduction and comes after all operands; else a new one.
  constexpr int twin(int i, const axes& space, const axes& reduced) {
    if (groups.size() && groups.at[groups.size() - 1].position == at.size() - 1) {
      const group& last = groups.at[groups.size() - 1];
      bool after = last.reduced.matches(reduced) && last.space == space;
      for (int j = 0; j < g.nodes.at[i].count && after; j++) {
        const int o = source(g.in(i, j));
        after = free.at[o] || position.at[o] < last.position;
      }
      if (after) return groups.size() - 1;
    }
    return open(space, reduced);
  }
  constexpr void place_alone(int i) {
    const node& x = g.nodes.at[i];
    for (int j = 0; j < x.count; j++) store(g.in(i, j));
    position.at[i] = at.size();
    at.push_back({-1, i});
    stored.at[i] = true;
    order.at[i] = x.op->how == form::contract ? product_order(i) : x.ax;
  }
  /// Batch axes first, then rows, then columns, each as the operands lie in memory.
  constexpr axes product_order(int i) const {
    const axes &a = memory_order(g.in(i, 0)), &b = memory_order(g.in(i, 1)), &out = g.nodes.at[i].ax;
    axes r;
    for (axis_ref x : a)
      if (out.has(x) && b.has(x)) r.add(out[out.find(x)]);
    for (axis_ref x : a)
      if (out.has(x) && !b.has(x)) r.add(out[out.find(x)]);
    for (axis_ref x : b)
      if (out.has(x) && !a.has(x)) r.add(out[out.find(x)]);
    return r;
  }
  /// A value's axes as they lie in memory, seen through views that keep names.
  constexpr axes memory_order(int i) const {
    const axes mine = g.nodes.at[i].ax;
    int o = i;
    while (g.nodes.at[o].op->how == form::view && g.nodes.at[o].ax.matches(mine) && g.nodes.at[o].op == &arrange_def)
      o = g.in(o, 0);
    return g.nodes.at[o].ax.matches(mine) && order.at[o].n ? order.at[o] : mine;
  }
};

/// Writes the passes of one group.
struct region_writer {
  const grouping& s;
  plan& out;
  list<int> stamp, local; ///< of each node: the pass that last computed or loaded it, and its instruction there
  list<int> phase; ///< of each lane value: the latest phase that must have it; of each row value: when it is ready
  list<int> row_number, scratch_number;
  int passes_made = 0;
  list<slot> loads, extents, indices, combines, stores;

  constexpr region_writer(const grouping& grouping, plan& plan)
      : s(grouping), out(plan), stamp(s.g.size(), -1), local(s.g.size(), -1), phase(s.g.size(), 0),
        row_number(s.g.size(), -1), scratch_number(s.g.size(), -1) {}

  constexpr bool is_reduction(int i) const { return s.g.nodes.at[i].op->how == form::reduce; }

  /// Phases count from 0; row values made before any reduction belong to -1. Lane values move to the latest phase that
  /// their readers allow.
  constexpr int schedule(int k, range<int> members) {
    int last = 0;
    for (int i : members) {
      int p = s.row.at[i] && !is_reduction(i) ? -1 : 0;
      for (int j = 0; j < s.g.nodes.at[i].count; j++) {
        const int o = s.source(s.g.in(i, j));
        if (s.group_of.at[o] != k) continue;
        const int ready = phase.at[o] + (s.row.at[o] && !s.row.at[i] ? 1 : 0);
        p = ready > p ? ready : p;
      }
      phase.at[i] = p;
      last = p > last ? p : last;
    }
    list<int> limit(members.size(), -1); // by member: the earliest reader
    for (int m = 0; m < members.size(); m++) local.at[members.at[m]] = m;
    for (int m = members.size(); m-- > 0;) {
      const int i = members.at[m];
      if (!s.row.at[i] && limit.at[m] > phase.at[i]) phase.at[i] = limit.at[m];
      for (int j = 0; j < s.g.nodes.at[i].count; j++) {
        const int o = s.source(s.g.in(i, j));
        if (s.group_of.at[o] != k || s.row.at[o]) continue;
        int& l = limit.at[local.at[o]];
        l = l < 0 || phase.at[i] < l ? phase.at[i] : l;
      }
    }
    return last;
  }

  constexpr int emit(const instruction& x) {
    out.instructions.push_back(x);
    return out.instructions.size() - 1 - out.passes.back().first;
  }
  static constexpr short slot_in(list<slot>& slots, const slot& x) {
    slots.push_back(x);
    return static_cast<short>(slots.size() - 1);
  }
  /// The instruction that has node i in the current pass.
  constexpr int read(int i, int k) {
    i = s.source(i);
    if (stamp.at[i] == passes_made) return local.at[i];
    const node& x = s.g.nodes.at[i];
    instruction r;
    if (x.op->how == form::constant) r.what = instruction::number, r.value = x.at.value, r.common = x.k;
    else if (x.op->how == form::extent)
      r.what = instruction::extent, r.slot = slot_in(extents, {slot::position, i, x.at.axis, integer});
    else if (x.op->how == form::index)
      r.what = instruction::index, r.slot = slot_in(indices, {slot::position, i, x.at.axis, integer});
    else if (s.free.at[i]) r = applied(i, k);
    else {
      r.what = instruction::load, r.common = x.k;
      slot from{slot::value, i, nullptr, x.k};
      if (s.group_of.at[i] == k && s.row.at[i]) from.where = slot::row, from.id = row_number.at[i];
      else if (s.group_of.at[i] == k) from.where = slot::scratch, from.id = scratch_number.at[i];
      r.slot = slot_in(loads, from);
    }
    stamp.at[i] = passes_made;
    return local.at[i] = emit(r);
  }
  constexpr instruction applied(int i, int k) {
    const node& x = s.g.nodes.at[i];
    instruction r;
    r.what = instruction::apply, r.op = x.op;
    kind common = boolean;
    for (int j = 0; j < x.count; j++) {
      r.arg[j] = static_cast<short>(read(s.g.in(i, j), k));
      if (x.op->rule != kinds::select || j > 0) common = promoted(common, s.g.nodes.at[s.g.in(i, j)].k);
    }
    r.common = common;
    return r;
  }

  constexpr void write_pass(int k, range<int> members, int p, bool rows) {
    region_pass pass;
    pass.first = out.instructions.size(), pass.rows = rows, pass.along = out.regions.back().along && !rows;
    out.passes.push_back(pass);
    passes_made++;
    loads.clear(), extents.clear(), indices.clear(), combines.clear(), stores.clear();
    const int regions_pass = out.passes.size() - 1;
    for (int i : members) {
      if (phase.at[i] != p) continue;
      if (rows ? !s.row.at[i] || is_reduction(i) : s.row.at[i] && !is_reduction(i)) continue;
      if (is_reduction(i)) {
        instruction r;
        r.what = instruction::combine, r.op = s.g.nodes.at[i].op, r.common = s.g.nodes.at[i].k;
        r.arg[0] = static_cast<short>(read(s.g.in(i, 0), k));
        r.slot = slot_in(combines, {slot::row, row_number.at[i], nullptr, s.g.nodes.at[i].k});
        emit(r);
        continue;
      }
      if (s.g.nodes.at[i].op->how == form::map) {
        const instruction r = applied(i, k);
        local.at[i] = emit(r);
        stamp.at[i] = passes_made;
      } else read(i, k);
      const auto put = [&](const slot& to) {
        instruction w;
        w.what = instruction::store, w.common = s.g.nodes.at[i].k, w.arg[0] = static_cast<short>(local.at[i]);
        w.slot = slot_in(stores, to);
        emit(w);
      };
      if (rows) put({slot::row, row_number.at[i], nullptr, s.g.nodes.at[i].k});
      else {
        if (scratch_number.at[i] >= 0) put({slot::scratch, scratch_number.at[i], nullptr, s.g.nodes.at[i].k});
        if (s.stored.at[i]) put({slot::value, i, nullptr, s.g.nodes.at[i].k});
      }
    }
    finish_pass(regions_pass);
  }
  constexpr void finish_pass(int index) {
    region_pass& pass = out.passes.at[index];
    pass.count = out.instructions.size() - pass.first;
    if (pass.count == 0) {
      out.passes.pop_back();
      return;
    }
    pass.first_slot = out.slots.size();
    pass.loads = loads.size(), pass.extents = extents.size(), pass.indices = indices.size(),
    pass.combines = combines.size(), pass.stores = stores.size();
    for (const list<slot>* l : {&loads, &extents, &indices, &combines, &stores})
      for (const slot& x : *l) out.slots.push_back(x);
    pass.same_as = index;
    for (int i = 0; i < index; i++)
      if (out.passes.at[i].same_as == i && equal(out.passes.at[i], pass)) {
        pass.same_as = i;
        break;
      }
  }
  constexpr bool equal(const region_pass& a, const region_pass& b) const {
    if (a.count != b.count || a.along != b.along || a.loads != b.loads || a.stores != b.stores) return false;
    for (int i = 0; i < a.count; i++)
      if (!(out.instructions.at[a.first + i] == out.instructions.at[b.first + i])) return false;
    return true;
  }

  constexpr void write(int k, range<int> members) {
    const grouping::group& home = s.groups.at[k];
    region r;
    r.space = home.space, r.reduced = home.reduced, r.first_pass = out.passes.size();
    r.along = r.space.n == 0 || r.reduced.has(r.space[r.space.n - 1]);
    for (int i : members) row_number.at[i] = s.row.at[i] ? r.rows++ : -1;
    const int last = schedule(k, members);
    for (int i : members) scratch_number.at[i] = -1;
    for (int i : members) // a lane value that a later phase reads is kept
      for (int j = 0; j < s.g.nodes.at[i].count; j++) {
        const int o = s.source(s.g.in(i, j));
        if (s.group_of.at[o] == k && !s.row.at[o] && phase.at[o] < phase.at[i] && scratch_number.at[o] < 0)
          scratch_number.at[o] = r.scratches++;
      }
    out.regions.push_back(r);
    for (int p = -1; p <= last; p++) {
      if (p >= 0) write_pass(k, members, p, false);
      write_pass(k, members, p, true);
    }
    out.regions.back().passes = out.passes.size() - r.first_pass;
    out.regions.back().first_exit = out.exits.size();
    for (int i : members)
      if (s.row.at[i] && s.stored.at[i]) out.exits.push_back({row_number.at[i], i});
    out.regions.back().exits = out.exits.size() - out.regions.back().first_exit;
  }
};

/// The steps of a graph in an order in which everything is made before it is read.
constexpr void fuse(graph_view g, plan& out) {
  const grouping s(g);
  region_writer writer(s, out);
  list<int> first(s.groups.size() + 1, 0), members;
  for (int i = 0; i < g.size(); i++)
    if (s.group_of.at[i] >= 0) first[s.group_of.at[i] + 1]++;
  for (int k = 0; k < s.groups.size(); k++) first[k + 1] += first[k];
  members = list<int>(g.size(), 0);
  list<int> next = first;
  for (int i = 0; i < g.size(); i++)
    if (s.group_of.at[i] >= 0) members.at[next[s.group_of.at[i]]++] = i;
  for (const auto& opened : s.at) {
    if (opened.group >= 0) {
      const int from = first[opened.group], n = first[opened.group + 1] - from;
      if (n == 0) continue; // its only member moved out to a reduction
      writer.write(opened.group, {members.data() + from, n});
      out.steps.push_back({step::run_region, out.regions.size() - 1});
    } else
      out.steps.push_back(
          {g.nodes.at[opened.node].op->how == form::contract ? step::run_product : step::run_general, opened.node});
  }
  for (int i = 0; i < g.size(); i++) out.stored.push_back(s.stored.at[i]), out.order.push_back(s.order.at[i]);
}
} // namespace weft::ir
