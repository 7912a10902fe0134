// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/pipeline.hpp>
#include <weft/trace/trace.hpp>

/// The pipeline at compile time: each pass, and the plan, a constant of its own.
namespace weft::ir {

/// What a pass leaves, and after it those that are joined to it.
template <int N> constexpr roomy_graph<N> after_pass(graph_view before, int step) {
  builder b(N / 4);
  pipeline[step].run(graph_copy(before).view(), b);
  while (++step < pipeline_length && pipeline[step].joined) {
    if (pipeline[step].applies && !pipeline[step].applies(b.view())) continue;
    builder next(N / 4);
    pipeline[step].run(b.view(), next);
    b = std::move(next);
  }
  return roomy<N>(b);
}
template <const auto& Before, int Step, int N> inline constexpr roomy_graph<N> passed =
    after_pass<N>(Before.view(), Step);

template <const auto& Before, int Step> inline constexpr bool applies =
    !pipeline[Step].applies || pipeline[Step].applies(graph_copy(Before.view()).view());

template <const auto& Before, int Step, int N> constexpr const auto& lowered_from() {
  if constexpr (Step == pipeline_length) return Before;
  else if constexpr (pipeline[Step].joined || !applies<Before, Step>) return lowered_from<Before, Step + 1, N>();
  else if constexpr (passed<Before, Step, N>.full) return lowered_from<Before, Step, 4 * N>();
  else return lowered_from<passed<Before, Step, N>, Step + 1, N>();
}

/// How long the lists of a plan are.
struct plan_sizes {
  int instructions = 0, slots = 0, passes = 0, regions = 0, steps = 0, exits = 0;
  int streams = 0, tile_nodes = 0, tile_operands = 0, ports = 0, tile_steps = 0, masks = 0;
};
/// A plan in arrays of exactly its size.
template <plan_sizes S, int Nodes> struct frozen_plan {
  std::array<instruction, S.instructions> instructions{};
  std::array<slot, S.slots> slots{};
  std::array<region_pass, S.passes> passes{};
  std::array<region, S.regions> regions{};
  std::array<step, S.steps> steps{};
  std::array<row_exit, S.exits> exits{};
  std::array<bool, Nodes> stored{};
  std::array<axes, Nodes> order{};
  std::array<tile_walk, S.streams> streams{};
  std::array<node, S.tile_nodes> tile_nodes{};
  std::array<int, S.tile_operands> tile_operands{};
  std::array<port, S.ports> ports{};
  std::array<step, S.tile_steps> tile_steps{};
  std::array<mask, S.masks> masks{};
  constexpr plan_view view() const {
    return {{instructions.data(), S.instructions},
            {slots.data(), S.slots},
            {passes.data(), S.passes},
            {regions.data(), S.regions},
            {steps.data(), S.steps},
            {exits.data(), S.exits},
            {stored.data(), Nodes},
            {order.data(), Nodes},
            {streams.data(), S.streams},
            {tile_nodes.data(), S.tile_nodes},
            {tile_operands.data(), S.tile_operands},
            {ports.data(), S.ports},
            {tile_steps.data(), S.tile_steps},
            {masks.data(), S.masks}};
  }
};
constexpr plan_sizes sizes_of(const plan& p) {
  return {p.instructions.size(),  p.slots.size(), p.passes.size(),     p.regions.size(),
          p.steps.size(),         p.exits.size(), p.streams.size(),    p.tile_nodes.size(),
          p.tile_operands.size(), p.ports.size(), p.tile_steps.size(), p.masks.size()};
}
/// Calls f(list of a, list of b) for all lists of two plans.
constexpr void each_list(auto& a, auto& b, auto f) {
  f(a.instructions, b.instructions), f(a.slots, b.slots), f(a.passes, b.passes), f(a.regions, b.regions);
  f(a.steps, b.steps), f(a.exits, b.exits), f(a.stored, b.stored), f(a.order, b.order), f(a.streams, b.streams);
  f(a.tile_nodes, b.tile_nodes), f(a.tile_operands, b.tile_operands), f(a.ports, b.ports);
  f(a.tile_steps, b.tile_steps), f(a.masks, b.masks);
}
/// A plan in arrays that have room for more: planning again for the exact sizes would cost the compiler more.
template <plan_sizes Room, int Nodes> struct roomy_plan {
  frozen_plan<Room, Nodes> in;
  plan_sizes used;
  bool full = false;
};
constexpr plan_sizes room_for_plan(int nodes, int times) {
  const int n = times * (nodes + 16);
  return {8 * n, 8 * n, 2 * n, n, n, n, n, 2 * n, 4 * n, 2 * n, n, n};
}
template <const auto& Graph, int Times> constexpr auto planned() {
  roomy_plan<room_for_plan(Graph.node_count, Times), Graph.node_count> r;
  plan p;
  fuse(graph_copy(Graph.view()).view(), p);
  r.used = sizes_of(p);
  each_list(r.in, p, [&](auto& room, auto& list) { r.full = r.full || list.size_ > static_cast<int>(room.size()); });
  if (!r.full) each_list(r.in, p, [](auto& to, auto& from) { copy(to.data(), from.at, from.size_); });
  return r;
}
template <const auto& Graph, int Times> inline constexpr auto planned_in_room = planned<Graph, Times>();
template <const auto& Graph, int Times = 1> constexpr const auto& plan_of() {
  if constexpr (planned_in_room<Graph, Times>.full) return plan_of<Graph, 4 * Times>();
  else return planned_in_room<Graph, Times>;
}
/// Exact in size, with ops that carry code alone: what a program keeps while it runs.
template <const auto& Plan, int Nodes> constexpr auto emitted_plan() {
  frozen_plan<Plan.used, Nodes> r;
  each_list(r, Plan.in, [](auto& to, auto& from) { copy(to.data(), from.data(), static_cast<int>(to.size())); });
  for (instruction& x : r.instructions) x.op = x.op ? x.op->code_only : nullptr;
  for (node& x : r.tile_nodes) x.op = x.op->code_only;
  return r;
}
template <const auto& Roomy> constexpr auto emitted_graph() {
  frozen_graph<Roomy.node_count, Roomy.operand_count, Roomy.input_count, Roomy.output_count> f;
  copy(f.nodes.data(), Roomy.nodes, Roomy.node_count), copy(f.operands.data(), Roomy.operands, Roomy.operand_count);
  copy(f.inputs.data(), Roomy.inputs, Roomy.input_count), copy(f.outputs.data(), Roomy.outputs, Roomy.output_count);
  for (node& x : f.nodes) x.op = x.op->code_only;
  return f;
}

template <class Fn, class... A> struct lowered_of {
  using traced = graph_of<Fn, A...>;
  static constexpr const auto& graph() { return lowered_from<traced::graph(), 0, traced::room>(); }
  static constexpr auto run_source = emitted_graph<traced::graph()>();
  static constexpr auto run_graph = emitted_graph<graph()>();
  static constexpr auto run_plan = emitted_plan<plan_of<graph()>(), graph().node_count>();
};
} // namespace weft::ir
