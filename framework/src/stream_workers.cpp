// SPDX-License-Identifier: BSL-1.0
#include "stream.hpp"

#include "tile_ranges.hpp"

#include <algorithm>
#include <numeric>

namespace weft::ir {
namespace {

/// Where a worker's walk is along an axis.
const long* coordinate(const stream_call& c, const stream_worker& w, axis_ref a) {
  static constexpr long none = 0;
  if (same(a, c.s->outer)) return &w.here.outer;
  if (same(a, c.s->inner)) return &w.here.inner;
  const int k = c.s->loops.find(a);
  return k >= 0 ? &w.at[k] : &none;
}
/// What a tape needs to hold a tile, at most.
tape_room room_for_tile(const stream_call& c, const prepared_tiles& p) {
  constexpr tape_room of_product{2, 176, 5}, of_sum{1, 80, 3}, of_rest{1, 64, 0};
  tape_room room = of_rest * (p.steps.size() + p.merging.size() + p.keeping.size());
  for (const tile_sum& x : p.sums)
    room += of_sum * static_cast<std::size_t>(c.states[static_cast<std::size_t>(x.state)].elements);
  for (const tile_product& x : p.products) {
    long calls = tile::parts;
    for (const auto* loops : {&x.batch, &x.sums})
      for (const tile_loop& l : *loops) calls *= l.extent;
    room += of_product * static_cast<std::size_t>(calls);
  }
  for (const region_call& r : p.regions) room += r.room(c.is_double ? lanes<double> : lanes<float>);
  return room;
}
} // namespace

bool is_recordable(const stream_call& c) {
  if (c.parallel_total * c.chunks != 1 || c.serial_total == 0) return false;
  const bool skips_by_values = c.block_begin.empty() && (!c.masks.empty() || c.skips);
  if (skips_by_values) return false;
  for (const prepared_tiles& p : c.program)
    for (const tile_step& s : p.steps)
      if (s.what != step::run_region && s.what != step::run_product) return false;
  return true;
}
tile_counts tiles_of(const stream_call& c) {
  tile_counts all;
  for (const auto& w : c.workers) all += w->tiles;
  return all;
}
void add_workers(stream_call& c, int workers) {
  while (static_cast<int>(c.workers.size()) < workers) {
    stream_worker& w = *c.workers.emplace_back(std::make_unique<stream_worker>());
    std::size_t operands = 1;
    for (int k = 0; k < 2; k++) {
      w.storage[k].assign(c.program[k].memory.size(), nullptr);
      w.regions[k] = c.program[k].regions;
      for (region_call& r : w.regions[k])
        for (const auto& [pass, s] : r.positions) {
          region_call::moving_slot& m = r.slots[static_cast<std::size_t>(pass)][static_cast<std::size_t>(s)];
          m.moves_with = coordinate(c, w, m.what.axis);
        }
      for (const node& x : c.program[k].g.nodes) operands = std::max(operands, static_cast<std::size_t>(x.count));
    }
    w.sum.assign(c.states.size(), nullptr);
    w.range.assign(c.program[0].memory.size(), all_values);
    w.general_in.resize(operands);
    w.rest.reserve(max_rank);
  }
}
void make_room_for_tapes(stream_call& c) {
  constexpr tape_room most{256, 64 * 1024, 256};
  for (int k = 0; k < 2; k++) {
    const tape_room room = room_for_tile(c, c.program[k]);
    if (room.calls == 0 || room.calls > most.calls || room.bytes > most.bytes || room.moves > most.moves) continue;
    // a mask along a diagonal comes back to the same place in a tile after so many blocks; and what ends differs
    const long forms = c.masks.empty() || k > 0 ? 4 : std::min(c.rows / std::gcd(c.width, c.rows), 16l) + 4;
    for (const auto& w : c.workers) w->tape[k].make_room(static_cast<std::size_t>(forms), room);
  }
}
} // namespace weft::ir
