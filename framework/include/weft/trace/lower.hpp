// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/pipeline.hpp>
#include <weft/trace/trace.hpp>

/// The pipeline at compile time: each pass, and the plan, a constant of its own, exact in size at the end.
namespace weft::ir {

template <int N> constexpr roomy_graph<N> after_pass(graph_view before, int step) {
  builder b(N / 4);
  pipeline[step].run(before, b);
  return roomy<N>(b);
}
template <const auto& Before, int Step, int N> inline constexpr roomy_graph<N> passed =
    after_pass<N>(Before.view(), Step);

template <const auto& Before, int Step, int N> constexpr const auto& lowered_from() {
  if constexpr (passed<Before, Step, N>.full) return lowered_from<Before, Step, 4 * N>();
  else if constexpr (Step + 1 < pipeline_length) return lowered_from<passed<Before, Step, N>, Step + 1, N>();
  else return passed<Before, Step, N>;
}

/// A plan in arrays: exact, and before that with room for what a graph of N nodes can need.
template <int Instructions, int Slots, int Passes, int Regions, int Steps, int Exits, int Nodes> struct frozen_plan {
  std::array<instruction, Instructions> instructions{};
  std::array<slot, Slots> slots{};
  std::array<region_pass, Passes> passes{};
  std::array<region, Regions> regions{};
  std::array<step, Steps> steps{};
  std::array<row_exit, Exits> exits{};
  std::array<bool, Nodes> stored{};
  std::array<axes, Nodes> order{};
  constexpr plan_view view() const {
    return {{instructions.data(), Instructions},
            {slots.data(), Slots},
            {passes.data(), Passes},
            {regions.data(), Regions},
            {steps.data(), Steps},
            {exits.data(), Exits},
            {stored.data(), Nodes},
            {order.data(), Nodes}};
  }
};
struct plan_sizes {
  int instructions = 0, slots = 0, passes = 0, regions = 0, steps = 0, exits = 0;
};
template <int Nodes> struct roomy_plan
    : frozen_plan<8 * Nodes + 64, 8 * Nodes + 64, 2 * Nodes + 8, Nodes + 8, Nodes + 8, Nodes + 8, Nodes> {
  plan_sizes size;
};
template <class T, std::size_t N> constexpr void fill(std::array<T, N>& to, const list<T>& from) {
  if (from.size() > static_cast<int>(N)) throw "weft: a plan outgrew its room";
  for (int i = 0; i < from.size(); i++) to[static_cast<std::size_t>(i)] = from[i];
}
template <int Nodes> constexpr roomy_plan<Nodes> planned_in_room(graph_view g) {
  plan p;
  fuse(g, p);
  roomy_plan<Nodes> r;
  r.size = {p.instructions.size(), p.slots.size(), p.passes.size(), p.regions.size(), p.steps.size(), p.exits.size()};
  fill(r.instructions, p.instructions), fill(r.slots, p.slots), fill(r.passes, p.passes), fill(r.regions, p.regions);
  fill(r.steps, p.steps), fill(r.exits, p.exits), fill(r.stored, p.stored), fill(r.order, p.order);
  return r;
}
template <const auto& Graph> inline constexpr auto roomy_plan_of =
    planned_in_room<static_cast<int>(Graph.nodes.size())>(Graph.view());

template <class T, std::size_t N, class From> constexpr void copy_first(std::array<T, N>& to, const From& from) {
  for (std::size_t i = 0; i < N; i++) to[i] = from[i];
}
template <const auto& Graph> constexpr auto exact_plan() {
  constexpr const auto& r = roomy_plan_of<Graph>;
  frozen_plan<r.size.instructions, r.size.slots, r.size.passes, r.size.regions, r.size.steps, r.size.exits,
              static_cast<int>(Graph.nodes.size())>
      p;
  copy_first(p.instructions, r.instructions), copy_first(p.slots, r.slots), copy_first(p.passes, r.passes),
      copy_first(p.regions, r.regions);
  copy_first(p.steps, r.steps), copy_first(p.exits, r.exits), copy_first(p.stored, r.stored),
      copy_first(p.order, r.order);
  return p;
}

/// The same with ops that carry code alone: what a program keeps while it runs.
constexpr auto emitted(auto graph_or_plan) {
  if constexpr (requires { graph_or_plan.nodes; })
    for (node& x : graph_or_plan.nodes) x.op = x.op->code_only;
  else
    for (instruction& x : graph_or_plan.instructions) x.op = x.op ? x.op->code_only : nullptr;
  return graph_or_plan;
}

template <class Fn, class... A> struct lowered_of {
  static constexpr const auto& traced = graph_of<Fn, A...>::graph;
  static constexpr auto graph = exact<lowered_from<traced, 0, graph_of<Fn, A...>::room>()>();
  static constexpr auto plan = exact_plan<graph>();
  static constexpr auto run_source = emitted(traced);
  static constexpr auto run_graph = emitted(graph);
  static constexpr auto run_plan = emitted(plan);
};
} // namespace weft::ir
