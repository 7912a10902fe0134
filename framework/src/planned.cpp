// SPDX-License-Identifier: BSL-1.0
#include "planned.hpp"
#include "carver.hpp"

#include <weft/passes/memory.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace weft::ir {
namespace {

template <class T> product_call prepared(graph_view g, const planned& p, int i, const axes& chain) {
  const auto placed_at = [&](int n) {
    const region_memory& m = p.memory[static_cast<std::size_t>(n)];
    layout l = m.strides;
    l.offset = m.offset;
    return l;
  };
  return prepare_product(g, i, chain, placed_at(g.in(i, 0)), placed_at(g.in(i, 1)), placed_at(i), p.extents, sizeof(T));
}
/// A part of an axis must lie inside it.
void check_part(graph_view g, const planned& p, int i) {
  const node& x = g[i];
  if (!x.op->is(trait::part)) return;
  const long whole = p.extents.of(x.at.axis), part = p.extents.of(x.at.to),
             start = start_of(x.at, p.extents.resolver());
  if (part > whole || start > whole - part)
    throw error(fmt::format("{}: {} places from {} on of axis {} reach beyond its extent {}", x.op->name, part, start,
                            x.at.axis->name, whole));
}
/// Whether all runs make the same calls, in one thread.
bool is_recordable(const plan_view& plan, const planned& p) {
  for (const planned::chain_call& c : p.chains)
    if (c.total != 1) return false;
  for (int k = 0; k < plan.steps.size(); k++) {
    const auto i = static_cast<std::size_t>(k);
    if (plan.steps[k].what == step::run_region) {
      if (p.regions[i].tasks > 1) return false;
    } else if (plan.steps[k].what != step::run_stream || !is_recordable(p.streams[i])) return false;
  }
  return true;
}
} // namespace

void check_sizes(const program_data& data, const extent_table& extents, int real_size) {
  const graph_view g = data.lowered;
  long all = 0;
  for (int i = 0; i < g.size(); i++) {
    if (!data.plan.stored[i]) continue;
    tensor_ref t;
    t.ax = g[i].ax;
    extents.fill(t.ax, t.extent);
    if (std::find(t.extent, t.extent + t.ax.n, 0) != t.extent + t.ax.n) continue;
    long bytes = real_size;
    bool counted = true;
    for (int j = 0; j < t.ax.n; j++) counted = counted && !__builtin_mul_overflow(bytes, t.extent[j], &bytes);
    if (!counted || __builtin_add_overflow(all, bytes, &all) || all > std::numeric_limits<long>::max() / 4)
      throw error(
          fmt::format("{}: its result {} has more elements than memory can hold; reduce it where it is made, or "
                      "give fewer or shorter axes",
                      g[i].op->name, shape_text(t)));
  }
}

tensor_ref reference_to(const program_data& data, const planned& p, int i) {
  const region_memory& m = p.memory[static_cast<std::size_t>(i)];
  tensor_ref t;
  t.type = m.type, t.ax = data.lowered[i].ax;
  p.extents.fill(t.ax, t.extent);
  std::copy_n(m.strides.stride, max_rank, t.stride);
  t.data = static_cast<char*>(p.storage[static_cast<std::size_t>(m.storage)]) +
           m.offset * static_cast<long>(size_of(m.type));
  return t;
}

template <class T> long converted_bytes(const program_data& data, const planned& p, int i) {
  const node& x = data.lowered[i];
  if (p.memory[static_cast<std::size_t>(i)].type == lane_dtype<T>(x.k)) return 0;
  return bytes_of(x, p.extents.resolver(), sizeof(T));
}

namespace {
/// The outputs that steps write directly; the others are copied at the end.
template <class T> list<int> bind_outputs(const program_data& data, planned& p) {
  const graph_view g = data.lowered;
  list<int> direct = direct_outputs(g, data.plan);
  for (int i = 0; i < g.size(); i++) p.external_output[static_cast<std::size_t>(i)] = direct[i];
  for (int k = 0; k < g.outputs.size(); k++)
    if (direct[g.outputs[k]] != k) p.copies.push_back(k);
    else if (p.outputs[static_cast<std::size_t>(k)].type != dtype_of<T>)
      throw error(fmt::format("output {}: expected {} values, like the inputs, got {}", k, name_of(dtype_of<T>),
                              name_of(p.outputs[static_cast<std::size_t>(k)].type)));
  return direct;
}
/// Where each value lies: in the caller's memory, in that of what it is a view of, or in the arena.
template <class T> void place_values(const program_data& data, planned& p) {
  const graph_view g = data.lowered;
  const plan_view& plan = data.plan;
  const list<int> direct = bind_outputs<T>(data, p);
  std::size_t next_input = 0;
  for (int i = 0; i < g.size(); i++) {
    region_memory& m = p.memory[static_cast<std::size_t>(i)];
    m.storage = i, m.type = lane_dtype<T>(g[i].k);
    if (g[i].op->how == form::input) {
      const tensor_ref& t = p.inputs[next_input++];
      m.type = t.type, m.strides = layout_of(t, g[i].ax);
    } else if (g[i].op->how == form::view) {
      m = seen_by(g, i, p.memory[static_cast<std::size_t>(g.in(i, 0))], p.extents.resolver());
      if (plan.stored[storage_of(g, i)] || g[storage_of(g, i)].op->how == form::input) check_part(g, p, i);
    } else if (direct[i] >= 0) m.strides = layout_of(p.outputs[static_cast<std::size_t>(direct[i])], g[i].ax);
    else if (plan.stored[i]) m.strides = dense_layout(g[i].ax, plan.order[i], p.extents);
  }
  const memory_plan placed = plan_memory(g, plan, direct, p.extents.resolver(), sizeof(T));
  for (int i = 0; i < g.size(); i++) p.arena_offset[static_cast<std::size_t>(i)] = placed.offset[i];
  p.arena_bytes = placed.peak;
}
/// A step in a chain over some axes.
template <class T> void prepare_step(const program_data& data, planned& p, const step& s, const axes& chain) {
  const graph_view g = data.lowered;
  const plan_view& plan = data.plan;
  p.regions.emplace_back(), p.products.emplace_back(), p.streams.emplace_back();
  const auto where = [&](int i) { return p.memory[static_cast<std::size_t>(i)]; };
  const auto need = [](long& room, long bytes) { room = std::max(room, whole_lines(bytes)); };
  if (s.what == step::run_stream) {
    const stream_call& call = p.streams.back() = prepare_stream<T>(g, plan, plan.streams[s.id], p.extents, where);
    need(p.worker_bytes, call.scratch_bytes), need(p.shared_bytes, call.shared_bytes);
  } else if (s.what == step::run_region) {
    p.regions.back() = prepare_region<T>(g, plan, plan.regions[s.id], chain, p.extents, where);
    need(p.worker_bytes, p.regions.back().scratch_bytes);
  } else if (s.what == step::run_product) {
    const product_call& call = p.products.back() = prepared<T>(g, p, s.id, chain);
    // in a chain each worker packs for itself
    need(chain.n ? p.worker_bytes : p.shared_bytes,
         whole_lines(call.pack_a_bytes) + whole_lines(call.pack_b_bytes) + whole_lines(call.pack_c_bytes));
  } else {
    long bytes = 0;
    for (int j = 0; j < g[s.id].count; j++) bytes += converted_bytes<T>(data, p, g.in(s.id, j));
    need(p.shared_bytes, bytes);
  }
}
} // namespace

template <class T> void plan_steps(const program_data& data, planned& p) {
  const auto n = static_cast<std::size_t>(data.lowered.size());
  p.memory.resize(n), p.arena_offset.assign(n, -1), p.external_output.assign(n, -1), p.storage.assign(n, nullptr);
  check_sizes(data, p.extents, sizeof(T));
  place_values<T>(data, p);
  std::size_t most_operands = 1;
  const auto steps = static_cast<std::size_t>(data.plan.steps.size());
  p.regions.reserve(steps), p.products.reserve(steps), p.streams.reserve(steps);
  for (const chain& c : find_chains(data.lowered, data.plan, p.extents.resolver())) {
    p.chains.push_back({c, {}, 1});
    for (int i = 0; i < c.shared.n; i++) p.chains.back().total *= p.chains.back().extent[i] = p.extents.of(c.shared[i]);
    for (int k = c.first; k < c.first + c.steps; k++) {
      const step& s = data.plan.steps[k];
      prepare_step<T>(data, p, s, c.shared);
      if (s.what == step::run_general)
        most_operands = std::max(most_operands, static_cast<std::size_t>(data.lowered[s.id].count));
    }
  }
  p.general_in.resize(most_operands);
}
void make_room_to_record(const plan_view& plan, planned& p) {
  constexpr std::size_t most_calls = 64;
  p.region_tapes.resize(p.regions.size());
  for (std::size_t k = 0; k < p.regions.size(); k++)
    if (const region_call& r = p.regions[k]; r.r && r.tasks == 1)
      if (const tape_room room = r.room(p.is_double ? lanes<double> : lanes<float>); room.calls <= most_calls)
        p.region_tapes[k].make_room(1, room);
  for (stream_call& c : p.streams) make_room_for_tapes(c);
  if (is_recordable(plan, p)) p.record.make_room(p.inputs.size() + p.outputs.size() + 2); // arena and scratch
}
template long converted_bytes<float>(const program_data&, const planned&, int);
template long converted_bytes<double>(const program_data&, const planned&, int);
template void plan_steps<float>(const program_data&, planned&);
template void plan_steps<double>(const program_data&, planned&);
} // namespace weft::ir
