// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/find_score_spaces.hpp>
#include <weft/passes/group.hpp>

/// From a graph to a plan: streams and what they compute in tiles; elementwise chains, reductions and what is made of
/// them become regions; products and general ops are steps of their own.
namespace weft::ir {

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
        const int o = s.sources.at[s.g.nodes.at[i].first + j];
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
        const int o = s.sources.at[s.g.nodes.at[i].first + j];
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
      r.what = instruction::extent, r.slot = slot_in(extents, {slot::position, i, x.at.axis});
    else if (x.op->how == form::index)
      r.what = instruction::index, r.slot = slot_in(indices, {slot::position, i, x.at.axis});
    else if (s.free.at[i] || repeats(i, k)) r = applied(i, k);
    else {
      r.what = instruction::load;
      slot from{slot::value, i, nullptr};
      if (s.group_of.at[i] == k && s.row.at[i]) from.where = slot::row, from.id = row_number.at[i];
      else if (s.group_of.at[i] == k) from.where = slot::scratch, from.id = scratch_number.at[i];
      r.repeated = is_repeated(x, from.where);
      r.slot = slot_in(loads, from);
    }
    stamp.at[i] = passes_made;
    return local.at[i] = emit(r);
  }
  /// Whether what is loaded is the same for all lanes of a row. (Row values along the lanes lie row by row for what is
  /// computed once a row.)
  constexpr bool is_repeated(const node& x, slot::place where) const {
    const region& r = out.regions.back();
    if (where == slot::scratch || (r.along && out.passes.back().rows)) return false;
    return where == slot::row ? r.along : r.space.n == 0 || !x.ax.has(r.space[r.space.n - 1]);
  }
  /// Whether later phases compute a lane value again instead of keeping it: one cheap map of what they can load.
  constexpr bool repeats(int i, int k) const {
    const node& x = s.g.nodes.at[i];
    if (out.regions.back().along || s.group_of.at[i] != k || s.row.at[i] || x.op->how != form::map || x.op->flops > 1)
      return false;
    for (int j = 0; j < x.count; j++)
      if (const int o = s.sources.at[x.first + j]; !s.free.at[o] && s.group_of.at[o] == k && !s.row.at[o]) return false;
    return true;
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
        r.slot = slot_in(combines, {slot::row, row_number.at[i], nullptr});
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
        w.what = instruction::store, w.arg[0] = static_cast<short>(local.at[i]);
        w.slot = slot_in(stores, to);
        emit(w);
      };
      if (rows) put({slot::row, row_number.at[i], nullptr});
      else {
        if (scratch_number.at[i] >= 0) put({slot::scratch, scratch_number.at[i], nullptr});
        if (s.stored.at[i]) put({slot::value, i, nullptr});
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
    while (out.newest.size_ <= pass.count) out.newest.push_back(-1);
    while (out.older.size_ < index) out.older.push_back(-1);
    int& newest = out.newest.at[pass.count];
    out.older.push_back(newest);
    for (int i = newest; i >= 0; i = out.older.at[i])
      if (equal(out.passes.at[i], pass)) return void(pass.same_as = i);
    pass.same_as = newest = index;
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
    out.regions.push_back(r);
    for (int i : members) scratch_number.at[i] = -1;
    for (int i : members) // a lane value that a later phase reads is kept
      for (int j = 0; j < s.g.nodes.at[i].count; j++) {
        const int o = s.sources.at[s.g.nodes.at[i].first + j];
        if (s.group_of.at[o] == k && !s.row.at[o] && phase.at[o] < phase.at[i] && scratch_number.at[o] < 0 &&
            !repeats(o, k))
          scratch_number.at[o] = r.scratches++;
      }
    out.regions.back().scratches = r.scratches;
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

/// The steps of a graph, in an order in which everything is made before it is read, to `steps`.
constexpr void write_steps(const grouping& s, plan& out, list<step>& steps) {
  region_writer writer(s, out);
  const graph_view g = s.g;
  list<int> first(s.groups.size() + 1, 0), members;
  for (int i = 0; i < g.nodes.count; i++)
    if (s.group_of.at[i] >= 0) first[s.group_of.at[i] + 1]++;
  for (int k = 0; k < s.groups.size(); k++) first[k + 1] += first[k];
  members = list<int>(g.size(), 0);
  list<int> next = first;
  for (int i = 0; i < g.nodes.count; i++)
    if (s.group_of.at[i] >= 0) members.at[next[s.group_of.at[i]]++] = i;
  for (const auto& opened : s.at) {
    if (opened.group >= 0) {
      const int from = first[opened.group], n = first[opened.group + 1] - from;
      if (n == 0) continue; // its only member moved out to a reduction
      writer.write(opened.group, {members.data() + from, n});
      steps.push_back({step::run_region, out.regions.size() - 1});
    } else if (opened.stream >= 0) steps.push_back({step::run_stream, opened.stream});
    else
      steps.push_back(
          {g.nodes.at[opened.node].op->how == form::contract ? step::run_product : step::run_general, opened.node});
  }
}

/// Whether a tile program of the plan computes what a graph does.
constexpr bool computes(const plan& p, const tile_program& t, graph_view g) {
  if (t.nodes != g.nodes.count) return false;
  for (int i = 0; i < t.nodes; i++) {
    const node &a = p.tile_nodes.at[t.first_node + i], &b = g.nodes.at[i];
    if (a.op != b.op || a.k != b.k || !(a.ax == b.ax) || !(a.at == b.at)) return false;
    for (int j = 0; j < b.count; j++)
      if (p.tile_operands.at[a.first + j] != g.operands.at[b.first + j]) return false;
  }
  return true;
}
/// Adds a tile program to the plan, or the ports of one that is there: equal layers share theirs.
constexpr tile_program write_tiles(const tile_writer& w, plan& out) {
  tile_program t{out.tile_nodes.size(), w.b.nodes.size(), 0, 0, out.tile_steps.size(), 0};
  bool known = false;
  for (int k = 0; k < out.streams.size_ && !known; k++)
    for (const tile_program* other : {&out.streams.at[k].masked, &out.streams.at[k].clear})
      if (!known && computes(out, *other, w.b.view())) t = *other, known = true;
  if (!known) {
    const score_spaces none;
    write_steps(grouping(w.b.view(), none), out, out.tile_steps);
    const int first = out.tile_operands.size();
    for (node x : w.b.nodes) x.first += first, out.tile_nodes.push_back(x);
    for (int o : w.b.operands) out.tile_operands.push_back(o);
    t.steps = out.tile_steps.size() - t.first_step;
  }
  t.first_port = out.ports.size(), t.ports = w.ports.size();
  for (const port& p : w.ports) out.ports.push_back(p);
  return t;
}
constexpr tile_walk walk_of(const grouping& from, int k, tile_numbers& moved, plan& out) {
  const graph_view g = from.g;
  const score_spaces& s = from.spaces;
  const list<bool>& numbers = from.numbers;
  const stream_shape shape = shape_of(g, s, s.streams.at[k], from.tiles.at[k]);
  const tile_writer masked(g, s, numbers, k, shape, false, moved);
  tile_walk x{
      shape.outer, shape.inner,      s.names.list_of(shape.loops), s.streams.at[k].component, s.streams.at[k].level, {},
      {},          out.masks.size(), masked.masks.size()};
  x.masked = x.clear = write_tiles(masked, out);
  for (const mask& m : masked.masks) out.masks.push_back(m);
  if (x.masks) x.clear = write_tiles(tile_writer(g, s, numbers, k, shape, true, moved), out);
  return x;
}

/// The plan of a graph: what spans a score space becomes streams, the rest regions, products and general ops.
constexpr void fuse(graph_view g, plan& out) {
  const score_spaces spaces = find_score_spaces(g);
  grouping s(g, spaces);
  tile_numbers moved{list<int>(spaces.streams.size_ ? g.size() : 0, -1)};
  for (int k = 0; k < spaces.streams.size_; k++) out.streams.push_back(walk_of(s, k, moved, out));
  write_steps(s, out, out.steps);
  out.stored = std::move(s.stored), out.order = std::move(s.order);
}
} // namespace weft::ir
