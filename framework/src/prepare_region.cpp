// SPDX-License-Identifier: BSL-1.0
#include "walk_region.hpp"

#include <algorithm>

namespace weft::ir {
namespace {

constexpr long block_lanes = 4096; ///< lanes of a block of rows in all, so that what it keeps stays in L1
constexpr long task_lanes = 16384; ///< a task is at least so much work

void count_units(region_call& c) {
  c.blocks = c.rows_reduced ? 1 : (c.row_extent + c.block - 1) / c.block;
  c.chunks = c.r->along ? 1 : (c.lane_extent + c.chunk - 1) / c.chunk;
  c.units = c.kept_total * c.blocks * c.chunks;
}

/// A region while it is prepared: its loops, innermost (the lanes) last, and every slot with its strides along them.
template <class T> struct region_preparation {
  graph_view g;
  const plan_view& plan;
  const region& r;
  const axes& chain;
  const extent_table& extents;
  function_ref<region_memory(int)> memory;
  const tile_extents* tile;
  region_call c{};
  std::vector<region_call::loop> loops{};

  using moving_slot = region_call::moving_slot;

  void each_slot(auto f) {
    for (auto& pass : c.slots)
      for (auto& s : pass) f(s);
    for (auto& s : c.exits) f(s);
    for (auto& s : c.seeds) f(s);
  }

  void list_loops() {
    const auto extent_of = [&](axis_ref a) {
      return tile && same(a, tile->outer) ? tile->lanes : tile && same(a, tile->inner) ? tile->rows : extents.of(a);
    };
    for (const bool reduced : {false, true})
      for (int i = 0; i + 1 < r.space.n; i++)
        if (r.reduced.has(r.space[i]) == reduced && !chain.has(r.space[i]))
          loops.push_back({extent_of(r.space[i]), reduced, r.space[i]});
    const axis_ref lanes_axis = r.space.n ? r.space[r.space.n - 1] : nullptr;
    loops.push_back({lanes_axis ? extent_of(lanes_axis) : 1, r.along, lanes_axis});
  }

  static long stride_along(axis_ref a, const slot& s, const axes& ax, const region_memory& m) {
    const int p = a && s.where == slot::value ? ax.find(a) : -1;
    return p >= 0 ? m.strides.stride[p] : a && s.where == slot::position && same(s.axis, a) ? 1 : 0;
  }
  moving_slot bound(const slot& s) const {
    moving_slot m;
    m.what = s;
    if (s.where == slot::value) m.memory = memory(s.id);
    if (s.where == slot::position) m.extent = extents.of(s.axis);
    const axes ax = s.where == slot::value ? g[s.id].ax : axes{};
    for (const region_call::loop& l : loops) m.outer.push_back(stride_along(l.axis, s, ax, m.memory));
    for (axis_ref a : chain) m.fixed.push_back(stride_along(a, s, ax, m.memory));
    return m;
  }
  void bind_slots(const std::vector<row_seed>& seeds) {
    for (int k = 0; k < r.passes; k++) {
      const region_pass& pass = plan.passes[r.first_pass + k];
      if (pass.count > most_instructions)
        throw error("a region of ", pass.count, " instructions is more than the ", most_instructions,
                    " that are run at once; part what it computes into several programs");
      c.slots.emplace_back();
      for (int i = 0; i < pass.slots(); i++) c.slots.back().push_back(bound(plan.slots[pass.first_slot + i]));
      for (int i = 0; i < pass.count; i++)
        if (const instruction& x = plan.instructions[pass.first + i]; x.what == instruction::load)
          c.slots.back()[static_cast<std::size_t>(x.slot)].repeated = x.repeated;
    }
    const auto bound_row = [&](int row, int node) {
      moving_slot m = bound({slot::value, node, nullptr});
      m.what.id = row;
      return m;
    };
    for (int i = 0; i < r.exits; i++) {
      const row_exit& e = plan.exits[r.first_exit + i];
      c.exits.push_back(bound_row(e.row, e.node));
    }
    for (const row_seed& x : seeds) c.seeds.push_back(bound_row(x.row, x.node));
  }

  void drop(std::size_t i) {
    loops.erase(loops.begin() + static_cast<long>(i));
    each_slot([&](moving_slot& s) { s.outer.erase(s.outer.begin() + static_cast<long>(i)); });
  }
  /// Whether every slot steps through loops i and i + 1 with one stride, so that they are one loop.
  bool mergeable(std::size_t i) {
    if (loops[i].reduced != loops[i + 1].reduced) return false;
    bool fine = true;
    each_slot([&](const moving_slot& s) {
      if (s.what.where == slot::position) fine = fine && s.outer[i] == 0 && s.outer[i + 1] == 0;
      else if (s.what.where == slot::value) fine = fine && s.outer[i] == s.outer[i + 1] * loops[i + 1].extent;
    });
    return fine;
  }
  void merge_loops() {
    for (std::size_t i = loops.size() - 1; i-- > 0;)
      if (loops[i].extent == 1) drop(i);
    for (std::size_t i = loops.size() - 1; i-- > 0;)
      if (mergeable(i)) {
        loops[i + 1].extent *= loops[i].extent;
        drop(i);
      }
  }

  /// The lanes, beside them the rows, and the loops that are left.
  void part_loops() {
    c.rows_reduced = r.reduced.n > 0 && !r.along;
    c.lane_extent = loops.back().extent, c.lane_axis = loops.back().axis;
    c.padded = tile && c.lane_axis && same(c.lane_axis, tile->outer);
    each_slot([](moving_slot& s) { s.lane = s.outer.back(); });
    drop(loops.size() - 1);
    for (std::size_t i = loops.size(); i-- > 0;)
      if (loops[i].reduced == c.rows_reduced) {
        c.row_extent = loops[i].extent, c.row_axis = loops[i].axis;
        each_slot([&](moving_slot& s) { s.row = s.outer[i]; });
        drop(i);
        break;
      }
    for (const region_call::loop& l : loops) {
      (l.reduced ? c.reduced : c.kept).push_back(l);
      (l.reduced ? c.reduced_total : c.kept_total) *= l.extent;
    }
    each_slot([](moving_slot& s) {
      s.in_place =
          (s.repeated || s.lane == 1) && s.memory.type != dtype::boolean && size_of(s.memory.type) == sizeof(T);
    });
  }

  void look_at_passes() {
    for (int k = 0; k < r.passes; k++) {
      const region_pass& pass = plan.passes[r.first_pass + k];
      const auto& slots = c.slots[static_cast<std::size_t>(k)];
      c.copies.push_back(std::any_of(slots.begin(), slots.end(), [](const moving_slot& s) {
        return s.what.where == slot::value && !s.repeated && !s.in_place;
      }));
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
  }

  /// Blocks of rows and chunks of lanes that stay in cache, and tasks of enough of them.
  void cut() {
    c.chunk = r.along ? c.lane_extent
                      : std::min(c.lane_extent, c.rows_reduced ? piece_lanes / 4
                                                : r.scratches  ? piece_lanes
                                                               : task_lanes);
    c.chunk = std::max(c.chunk, 1l);
    const long reduced_lanes = c.rows_reduced ? 1 : c.reduced_total;
    c.block = std::clamp(block_lanes / std::max(1l, c.chunk * std::max(1, r.scratches) * reduced_lanes), 1l,
                         std::max(1l, std::min(c.row_extent, 64l)));
    count_units(c);
    const long unit_lanes = std::max(1l, c.reduced_total * (c.rows_reduced ? c.row_extent : c.block) * c.chunk);
    c.tasks = std::clamp(c.units * unit_lanes / task_lanes, std::min(1l, c.units), std::min(c.units, 1024l));
    c.scratch_bytes = scratch_bytes_of<T>(c, plan);
  }

  region_call prepared(const std::vector<row_seed>& seeds) {
    c.r = &r;
    list_loops();
    bind_slots(seeds);
    if (!tile) merge_loops();
    part_loops();
    look_at_passes();
    cut();
    return std::move(c);
  }
};
} // namespace

template <class T>
region_call prepare_region(graph_view g, const plan_view& plan, const region& r, const axes& chain,
                           const extent_table& extents, function_ref<region_memory(int)> memory,
                           const tile_extents* tile, const std::vector<row_seed>& seeds) {
  return region_preparation<T>{g, plan, r, chain, extents, memory, tile}.prepared(seeds);
}

/// At most: pieces of whole packets and what is left of a row, in each turn of the loops; with each, copies of what
/// can't be read or written in place, and the places of indices.
tape_room region_call::room(long width) const {
  const long blocks_of_rows = rows_reduced ? (row_extent + block - 1) / block : 1;
  const long pieces = padded || lane_extent < width || lane_extent % width == 0 ? 1 : 2;
  constexpr tape_room of_pass{1, 320, 0}, of_copy{1, 80, 1}, of_index{1, 80, 0}, of_place{0, 16, 1}, of_end{2, 160, 2};
  tape_room all = of_end * (exits.size() + seeds.size());
  for (const auto& found : reductions) all += of_end * found.size();
  for (const auto& pass : slots) {
    tape_room one = of_pass;
    for (const moving_slot& s : pass) {
      one += s.what.where == slot::position ? of_index : of_place;
      if (s.what.where == slot::value && !s.in_place)
        one += of_copy * static_cast<std::size_t>(s.repeated ? 1 : std::min(block, row_extent));
    }
    all += one * static_cast<std::size_t>(reduced_total * blocks_of_rows * pieces);
  }
  return all * static_cast<std::size_t>(units);
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
  count_units(c);
}
} // namespace weft::ir
