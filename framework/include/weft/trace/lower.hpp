// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/pipeline.hpp>
#include <weft/trace/trace.hpp>

/// The pipeline at compile time: each pass, and the plan, a constant of its own.
namespace weft::ir {

/// What a pass leaves, and after it those that are joined to it.
template <int N> constexpr roomy_graph<N> after_pass(graph_view before, int step) {
  builder b(N / 4);
  pipeline[step].run(before, b);
  while (++step < pipeline_length && pipeline[step].joined) {
    builder next(N / 4);
    pipeline[step].run(b.view(), next);
    b = std::move(next);
  }
  return roomy<N>(b);
}
template <const auto& Before, int Step, int N> inline constexpr roomy_graph<N> passed =
    after_pass<N>(Before.view(), Step);

template <const auto& Before, int Step> inline constexpr bool applies =
    !pipeline[Step].applies || pipeline[Step].applies(Before.view());

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
constexpr plan planned(graph_view g) {
  plan p;
  fuse(g, p);
  return p;
}
constexpr plan_sizes sizes_of(const plan& p) {
  return {p.instructions.size(),  p.slots.size(), p.passes.size(),     p.regions.size(),
          p.steps.size(),         p.exits.size(), p.streams.size(),    p.tile_nodes.size(),
          p.tile_operands.size(), p.ports.size(), p.tile_steps.size(), p.masks.size()};
}
// Through pointers: compilers count each call of an array's index operator.
template <class T, std::size_t N> constexpr void copy(std::array<T, N>& to, const list<T>& from) {
  T* p = to.data();
  for (int i = 0; i < from.size_; i++) p[i] = from.at[i];
}
template <const auto& Graph> inline constexpr plan_sizes plan_sizes_of = sizes_of(planned(Graph.view()));
/// Exact in size, with ops that carry code alone: what a program keeps while it runs.
template <const auto& Graph> constexpr auto emitted_plan() {
  frozen_plan<plan_sizes_of<Graph>, Graph.node_count> r;
  const plan p = planned(Graph.view());
  copy(r.instructions, p.instructions), copy(r.slots, p.slots), copy(r.passes, p.passes), copy(r.regions, p.regions);
  copy(r.steps, p.steps), copy(r.exits, p.exits), copy(r.stored, p.stored), copy(r.order, p.order);
  copy(r.streams, p.streams), copy(r.tile_nodes, p.tile_nodes), copy(r.tile_operands, p.tile_operands);
  copy(r.ports, p.ports), copy(r.tile_steps, p.tile_steps), copy(r.masks, p.masks);
  for (instruction& x : r.instructions) x.op = x.op ? x.op->code_only : nullptr;
  for (node& x : r.tile_nodes) x.op = x.op->code_only;
  return r;
}
template <class T, std::size_t N> constexpr void copy_first(std::array<T, N>& to, const T* from) {
  T* p = to.data();
  for (std::size_t i = 0; i < N; i++) p[i] = from[i];
}
template <const auto& Roomy> constexpr auto emitted_graph() {
  frozen_graph<Roomy.node_count, Roomy.operand_count, Roomy.input_count, Roomy.output_count> f;
  copy_first(f.nodes, Roomy.nodes), copy_first(f.operands, Roomy.operands), copy_first(f.inputs, Roomy.inputs),
      copy_first(f.outputs, Roomy.outputs);
  for (node& x : f.nodes) x.op = x.op->code_only;
  return f;
}

template <class Fn, class... A> struct lowered_of {
  using traced = graph_of<Fn, A...>;
  static constexpr const auto& graph() { return lowered_from<traced::graph(), 0, traced::room>(); }
  static constexpr auto run_source = emitted_graph<traced::graph()>();
  static constexpr auto run_graph = emitted_graph<graph()>();
  static constexpr auto run_plan = emitted_plan<graph()>();
};
} // namespace weft::ir
