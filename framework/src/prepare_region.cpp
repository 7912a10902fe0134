// SPDX-License-Identifier: BSL-1.0
#include "walk_region.hpp"

#include <algorithm>

namespace weft::ir {
namespace {

constexpr long block_lanes = 4096; ///< lanes of a block of rows in all, so that what it keeps stays in L1
constexpr long task_lanes = 16384; ///< a task is at least so much work

/// The loops of a region while it is prepared, innermost (the lanes) last, and the strides of every slot along them.
struct nest {
  std::vector<axis_ref> axis;
  std::vector<region_call::loop> loop;

  static std::vector<long> strides(const auto& axis, const slot& s, const axes& ax, const region_memory& m) {
    std::vector<long> r;
    for (axis_ref a : axis) {
      const int p = a && s.where == slot::value ? ax.find(a) : -1;
      r.push_back(p >= 0 ? m.strides.stride[p] : a && s.where == slot::position && same(s.axis, a) ? 1 : 0);
    }
    return r;
  }
};

/// Whether every slot steps through loops i and i + 1 with one stride, so that they are one loop.
template <class F> bool mergeable(const nest& n, std::size_t i, F each_slot) {
  if (n.loop[i].reduced != n.loop[i + 1].reduced) return false;
  bool fine = true;
  each_slot([&](const region_call::moving_slot& s) {
    if (s.what.where == slot::position) fine = fine && s.outer[i] == 0 && s.outer[i + 1] == 0;
    else if (s.what.where == slot::value) fine = fine && s.outer[i] == s.outer[i + 1] * n.loop[i + 1].extent;
  });
  return fine;
}
} // namespace

template <class T>
region_call prepare_region(graph_view g, const plan_view& plan, const region& r, const axes& chain,
                           const extent_table& extents, function_ref<region_memory(int)> memory,
                           const tile_extents* tile, const std::vector<row_seed>& seeds) {
  region_call c;
  c.r = &r;
  nest n;
  const auto extent_of = [&](axis_ref a) {
    return tile && same(a, tile->outer) ? tile->lanes : tile && same(a, tile->inner) ? tile->rows : extents.of(a);
  };
  for (const bool reduced : {false, true})
    for (int i = 0; i + 1 < r.space.n; i++)
      if (r.reduced.has(r.space[i]) == reduced && !chain.has(r.space[i]))
        n.axis.push_back(r.space[i]), n.loop.push_back({extent_of(r.space[i]), reduced, r.space[i]});
  n.axis.push_back(r.space.n ? r.space[r.space.n - 1] : nullptr);
  n.loop.push_back({r.space.n ? extent_of(r.space[r.space.n - 1]) : 1, r.along, n.axis.back()});
  const auto bind = [&](const slot& s) {
    region_call::moving_slot m;
    m.what = s;
    if (s.where == slot::value) m.memory = memory(s.id);
    if (s.where == slot::position) m.extent = extents.of(s.axis);
    const axes ax = s.where == slot::value ? g[s.id].ax : axes{};
    m.outer = nest::strides(n.axis, s, ax, m.memory), m.fixed = nest::strides(chain, s, ax, m.memory);
    return m;
  };
  for (int k = 0; k < r.passes; k++) {
    const region_pass& pass = plan.passes[r.first_pass + k];
    if (pass.count > most_instructions)
      throw error("a region of ", pass.count, " instructions is more than the ", most_instructions,
                  " that are run at once; part what it computes into several programs");
    c.slots.emplace_back();
    for (int i = 0; i < pass.slots(); i++) c.slots.back().push_back(bind(plan.slots[pass.first_slot + i]));
  }
  const auto bind_row = [&](int row, int node) {
    region_call::moving_slot m = bind({slot::value, node, nullptr, g[node].k});
    m.what.id = row;
    return m;
  };
  for (int i = 0; i < r.exits; i++) {
    const row_exit& e = plan.exits[r.first_exit + i];
    c.exits.push_back(bind_row(e.row, e.node));
  }
  for (const row_seed& x : seeds) c.seeds.push_back(bind_row(x.row, x.node));
  const auto each_slot = [&](auto f) {
    for (auto& pass : c.slots)
      for (auto& s : pass) f(s);
    for (auto& s : c.exits) f(s);
    for (auto& s : c.seeds) f(s);
  };
  const auto drop = [&](std::size_t i) {
    n.loop.erase(n.loop.begin() + static_cast<long>(i));
    each_slot([&](region_call::moving_slot& s) { s.outer.erase(s.outer.begin() + static_cast<long>(i)); });
  };
  if (!tile) {
    for (std::size_t i = n.loop.size() - 1; i-- > 0;)
      if (n.loop[i].extent == 1) drop(i);
    for (std::size_t i = n.loop.size() - 1; i-- > 0;)
      if (mergeable(n, i, each_slot)) {
        n.loop[i + 1].extent *= n.loop[i].extent;
        drop(i);
      }
  }
  // The lanes, and beside them the rows.
  const bool kept_lanes_of_a_reduction = r.reduced.n > 0 && !r.along;
  c.lane_extent = n.loop.back().extent, c.lane_axis = n.loop.back().axis;
  c.padded = tile && c.lane_axis && same(c.lane_axis, tile->outer);
  each_slot([](region_call::moving_slot& s) { s.lane = s.outer.back(); });
  drop(n.loop.size() - 1);
  for (std::size_t i = n.loop.size(); i-- > 0;)
    if (n.loop[i].reduced == kept_lanes_of_a_reduction) {
      c.row_extent = n.loop[i].extent, c.row_axis = n.loop[i].axis;
      each_slot([&](region_call::moving_slot& s) { s.row = s.outer[i]; });
      drop(i);
      break;
    }
  c.rows_reduced = kept_lanes_of_a_reduction;
  each_slot([&](region_call::moving_slot& s) {
    s.in_place = s.lane == 1 && s.memory.type != dtype::boolean && size_of(s.memory.type) == sizeof(T);
  });
  for (int k = 0; k < r.passes; k++) {
    const region_pass& pass = plan.passes[r.first_pass + k];
    const auto& slots = c.slots[static_cast<std::size_t>(k)];
    const auto is_copied = [](const region_call::moving_slot& s) {
      return s.what.where == slot::value && s.lane != 0 && !s.in_place;
    };
    c.copies.push_back(std::any_of(slots.begin(), slots.end(), is_copied));
    c.reductions.emplace_back();
    const int first = pass.loads + pass.extents + pass.indices;
    for (int i = 0; i < pass.count; i++)
      if (const instruction& x = plan.instructions[pass.first + i]; x.what == instruction::combine)
        c.reductions.back().push_back({slots[static_cast<std::size_t>(first + x.slot)].what.id, x.op, x.common});
    for (int i = 0; i < pass.slots(); i++)
      if (const slot& s = slots[static_cast<std::size_t>(i)].what; s.where == slot::position && s.axis)
        c.positions.push_back({k, i});
    c.most_slots = std::max<long>(c.most_slots, pass.slots());
    c.most_instructions = std::max<long>(c.most_instructions, pass.count);
  }
  for (const auto& l : n.loop) {
    (l.reduced ? c.reduced : c.kept).push_back(l);
    (l.reduced ? c.reduced_total : c.kept_total) *= l.extent;
  }
  c.chunk = r.along ? c.lane_extent
                    : std::min(c.lane_extent, kept_lanes_of_a_reduction ? piece_lanes / 4
                                              : r.scratches             ? piece_lanes
                                                                        : task_lanes);
  c.chunk = std::max(c.chunk, 1l);
  c.chunks = r.along ? 1 : (c.lane_extent + c.chunk - 1) / c.chunk;
  const long reduced_lanes = c.rows_reduced ? 1 : c.reduced_total;
  c.block = std::clamp(block_lanes / std::max(1l, c.chunk * std::max(1, r.scratches) * reduced_lanes), 1l,
                       std::max(1l, std::min(c.row_extent, 64l)));
  c.blocks = c.rows_reduced ? 1 : (c.row_extent + c.block - 1) / c.block;
  c.units = c.kept_total * c.blocks * c.chunks;
  const long unit_lanes = std::max(1l, c.reduced_total * (c.rows_reduced ? c.row_extent : c.block) * c.chunk);
  c.tasks = std::clamp(c.units * unit_lanes / task_lanes, std::min(1l, c.units), std::min(c.units, 1024l));
  c.scratch_bytes = scratch_bytes_of<T>(c, plan);
  return c;
}

template region_call prepare_region<float>(graph_view, const plan_view&, const region&, const axes&,
                                           const extent_table&, function_ref<region_memory(int)>, const tile_extents*,
                                           const std::vector<row_seed>&);
template region_call prepare_region<double>(graph_view, const plan_view&, const region&, const axes&,
                                            const extent_table&, function_ref<region_memory(int)>, const tile_extents*,
                                            const std::vector<row_seed>&);

void resize(region_call& c, const tile_extents& tile) {
  if (c.tile_lanes == tile.lanes && c.tile_rows == tile.rows) return;
  c.tile_lanes = tile.lanes, c.tile_rows = tile.rows;
  const auto set = [&](axis_ref a, long& extent) {
    if (a && same(a, tile.outer)) extent = tile.lanes;
    else if (a && same(a, tile.inner)) extent = tile.rows;
  };
  set(c.row_axis, c.row_extent), set(c.lane_axis, c.lane_extent);
  c.kept_total = c.reduced_total = 1;
  for (auto& l : c.kept) set(l.axis, l.extent), c.kept_total *= l.extent;
  for (auto& l : c.reduced) set(l.axis, l.extent), c.reduced_total *= l.extent;
  c.blocks = c.rows_reduced ? 1 : (c.row_extent + c.block - 1) / c.block;
  c.chunks = c.r->along ? 1 : (c.lane_extent + c.chunk - 1) / c.chunk;
  c.units = c.kept_total * c.blocks * c.chunks;
}
} // namespace weft::ir
