// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/axis_set.hpp>
#include <weft/trace/arg.hpp>
#include <weft/trace/transform.hpp>

/// How a lambda becomes a graph that is a constant. Compilers budget the steps of each constant, so the outermost
/// transformations are stages: the user's function is one constant, each sweep over it another.
namespace weft::ir {

/// A function whose type says it all, and one that is a named constant.
template <class F> struct stateless {
  static constexpr F get() { return F{}; }
};
template <const auto& F> struct by_name {
  static constexpr const auto& get() { return F; }
};

template <class F> inline constexpr bool is_transformation =
    requires(const F& f) { f.f; } && std::is_base_of_v<transformation<F>, F>;

/// The function that `Level` transformations are wrapped around.
template <int Level> constexpr const auto& unwrapped(const auto& f) {
  if constexpr (Level == 0) return f;
  else return unwrapped<Level - 1>(f.f);
}
template <class F> constexpr int depth_of() {
  if constexpr (is_transformation<F>) return 1 + depth_of<decltype(F::f)>();
  else return 0;
}

/// The arguments that reach level `Level`, and the value there, as types.
template <class Fn, int Level, class... A> constexpr auto arguments_at(std::tuple<typename A::traced...> args) {
  if constexpr (Level == 0) return args;
  else return unwrapped<Level - 1>(Fn::get()).start(arguments_at<Fn, Level - 1, A...>(args));
}
template <class Fn, int Level, class... A> using arguments_t =
    decltype(arguments_at<Fn, Level, A...>(std::declval<std::tuple<typename A::traced...>>()));
template <class Fn> using function_t = std::remove_cvref_t<decltype(Fn::get())>;
template <class Fn, int Level, class... A> struct value_at {
  using type = decltype(unwrapped<Level>(Fn::get()).finish(
      std::declval<const arguments_t<Fn, Level, A...>&>(), std::declval<const arguments_t<Fn, Level + 1, A...>&>(),
      std::declval<typename value_at<Fn, Level + 1, A...>::type>()));
};
template <class Fn, int Level, class... A>
  requires(Level == depth_of<function_t<Fn>>())
struct value_at<Fn, Level, A...> {
  using type = decltype(std::apply(unwrapped<Level>(Fn::get()), std::declval<const arguments_t<Fn, Level, A...>&>()));
};
template <class Fn, class... A> using result_t = std::remove_cvref_t<typename value_at<Fn, 0, A...>::type>;

/// Writes a builder's graph into arrays with room for N nodes.
template <int N> struct roomy_graph {
  node nodes[N]{};
  int operands[3 * N]{}, inputs[N]{}, outputs[2 * N]{};
  int node_count = 0, operand_count = 0, input_count = 0, output_count = 0;
  std::uint8_t stage = 0;
  message error;
  bool full = false;
  constexpr graph_view view() const {
    return {{nodes, node_count}, {operands, operand_count}, {inputs, input_count}, {outputs, output_count}};
  }
};
template <int N> constexpr roomy_graph<N> roomy(const builder& b) {
  roomy_graph<N> r;
  r.error = b.error, r.stage = b.stage;
  if (b.nodes.size() > N || b.operands.size() > 3 * N || b.inputs.size() > N || b.outputs.size() > 2 * N) {
    r.full = true;
    return r;
  }
  const auto all = [](const auto& from, auto* to, int& count) { copy(to, from.at, from.size_), count = from.size_; };
  all(b.nodes, r.nodes, r.node_count), all(b.operands, r.operands, r.operand_count);
  all(b.inputs, r.inputs, r.input_count), all(b.outputs, r.outputs, r.output_count);
  return r;
}
/// Continues from a graph that an earlier stage left.
constexpr void resume(builder& b, graph_view from) {
  for (const node& x : from.nodes) {
    const int id = b.nodes.size_;
    const unsigned h = builder::hash(x.op, from.operands.at + x.first, x.count, x.at);
    b.nodes.push_back(x);
    b.next.push_back(b.bucket[h] - 1);
    b.bucket[h] = id + 1;
  }
  for (int x : from.operands) b.operands.push_back(x);
  for (int x : from.inputs) b.inputs.push_back(x);
}

/// Whether a node says how long an axis is that no input has: its value may be dead, a derivative still has the axis.
constexpr bool states_extent(graph_view g, const node& x) {
  if (!x.op->extents) return false;
  const auto made_here = [&](axis_ref a) {
    if (!a || a->extent != unbound) return false;
    for (int i : g.inputs)
      if (g[i].ax.has(a)) return false;
    return true;
  };
  const extent_rule r = x.op->extents(x.at);
  bool states = made_here(r.whole);
  for (axis_ref p : r.parts) states = states || made_here(p);
  return states;
}
/// Copies what the outputs need, all inputs, and what extents are known by, in order.
constexpr void without_dead_nodes(graph_view from, builder& to) {
  list<int> moved(from.nodes.count, -1);
  for (int o : from.outputs) moved.at[o] = 0;
  for (int i : from.inputs) moved.at[i] = 0;
  for (int i = 0; i < from.nodes.count; i++)
    if (states_extent(from, from.nodes.at[i])) moved.at[i] = 0;
  for (int i = from.nodes.count; i-- > 0;)
    if (moved.at[i] >= 0)
      for (int j = 0; j < from[i].count; j++) moved.at[from.operands.at[from.nodes.at[i].first + j]] = 0;
  for (int i = 0; i < from.nodes.count; i++) {
    if (moved.at[i] < 0) continue;
    node x = from[i];
    const int first = to.operands.size();
    for (int j = 0; j < x.count; j++) to.operands.push_back(moved.at[from.operands.at[x.first + j]]);
    x.first = first;
    moved.at[i] = to.nodes.size();
    to.nodes.push_back(x);
  }
  for (int i : from.inputs) to.inputs.push_back(moved.at[i]);
  for (int o : from.outputs) to.outputs.push_back(moved.at[o]);
}

template <int Level, int N, class Fn, class... A> struct stage_of;

/// Level by level: the arguments and the value of a level are the outputs that the next, outer, one starts from.
template <int Level, int N, class Fn, class... A> constexpr roomy_graph<N> traced_at() {
  builder b(N / 4);
  constexpr int depth = depth_of<function_t<Fn>>();
  using value = std::remove_cvref_t<typename value_at<Fn, Level, A...>::type>;
  list<int> kept;
  const auto keep = [&](auto& x) { attach_leaves(b, x, kept); };
  if constexpr (Level == depth) {
    std::tuple<typename A::traced...> args{A{}.make(b)...};
    const auto descend = [&](auto& self, auto level, auto current) -> value {
      keep(current);
      if constexpr (decltype(level)::value == depth) return std::apply(unwrapped<depth>(Fn::get()), current);
      else
        return self(self, std::integral_constant<int, decltype(level)::value + 1>{},
                    unwrapped<decltype(level)::value>(Fn::get()).start(current));
    };
    value y = descend(descend, std::integral_constant<int, 0>{}, args);
    keep(y);
  } else {
    constexpr const auto& before = stage_of<Level + 1, N, Fn, A...>::graph;
    b.error = before.error, b.stage = before.stage;
    resume(b, before.view());
    list<int> ids;
    for (int o : before.view().outputs) ids.push_back(o);
    int next = 0;
    const auto take = [&](auto& self, auto level) -> void {
      constexpr int l = decltype(level)::value;
      arguments_t<Fn, l, A...> given{};
      assign_leaves(b, given, ids, next);
      keep(given);
      if constexpr (l < Level) self(self, std::integral_constant<int, l + 1>{});
      else {
        arguments_t<Fn, l + 1, A...> inner{};
        typename value_at<Fn, l + 1, A...>::type y{};
        assign_leaves(b, inner, ids, next);
        assign_leaves(b, y, ids, next);
        value made = unwrapped<l>(Fn::get()).finish(given, inner, y);
        keep(made);
      }
    };
    if (b.error.empty()) take(take, std::integral_constant<int, 0>{});
  }
  if (b.error.empty())
    for (int i : kept) b.outputs.push_back(i);
  return roomy<N>(b);
}
template <int Level, int N, class Fn, class... A> struct stage_of {
  static constexpr roomy_graph<N> graph = traced_at<Level, N, Fn, A...>();
};

/// One name has one extent in all arguments of a program.
constexpr void check_extents(graph_view g, message& error) {
  axis_numbers names;
  for (int i : g.inputs)
    for (axis_ref a : g.nodes.at[i].ax) {
      const axis_ref other = names.axis[names.number(a)];
      if (names.full || !error.empty() || a->extent == other->extent || a->extent == unbound ||
          other->extent == unbound)
        continue;
      error << "arguments: one axis with two extents: " << other << " and " << a << " in " << g.nodes.at[i].at.label
            << "; give one of them another name or the same extent";
    }
}

/// The whole trace with its outputs alone, dead nodes gone.
template <int N, class Fn, class... A> constexpr roomy_graph<N> settled() {
  constexpr const auto& last = stage_of<0, N, Fn, A...>::graph;
  builder b(N / 4);
  b.error = last.error;
  if (!last.error.empty()) return roomy<N>(b);
  const graph_copy all(last.view());
  graph_view g = all.view();
  result_t<Fn, A...> y{};
  int results = 0;
  each_leaf([&](const expr&) { results++; }, y);
  g.outputs = {g.outputs.at + (g.outputs.count - results), results};
  without_dead_nodes(g, b);
  check_extents(g, b.error);
  return roomy<N>(b);
}
template <int N, class Fn, class... A> inline constexpr roomy_graph<N> settled_graph = settled<N, Fn, A...>();

/// Whether a trace is a constant; if not, the compiler has said why.
template <class Stage>
concept traced = requires { typename std::bool_constant<Stage::graph.full>; };

/// Room that suffices: innermost stages first, so that a trace too large is noticed before its derivative is made; none
/// for what can't be traced.
template <int Level, int N, class Fn, class... A> constexpr int room_for() {
  if constexpr (!traced<stage_of<Level, N, Fn, A...>>) return 0;
  else if constexpr (stage_of<Level, N, Fn, A...>::graph.full)
    return room_for<depth_of<function_t<Fn>>(), 4 * N, Fn, A...>();
  else if constexpr (Level > 0) return room_for<Level - 1, N, Fn, A...>();
  else return N;
}
template <class Fn, class... A> struct graph_of {
  static constexpr int room = room_for<depth_of<function_t<Fn>>(), 4096, Fn, A...>();
  /// A function, as a reference would make the compiler emit the constant.
  static constexpr const auto& graph() { return settled_graph<room, Fn, A...>; }
};
} // namespace weft::ir
