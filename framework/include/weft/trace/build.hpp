// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/plan.hpp>
#include <weft/run/error.hpp>
#include <weft/run/program.hpp>
#include <weft/trace/signature.hpp>

/// Programs whose structure is only known while the host program runs: the same trace, derivatives and passes, run
/// then.
namespace weft {
namespace ir {
/// A graph with what the pipeline made of it, owned.
struct built_graph {
  builder source{64}, lowered{64};
  ir::plan plan;
};
/// Drops what `source` does not need, runs the pipeline on it and plans the result. The library has it compiled.
void lower(built_graph& b);

struct building {
  static constexpr std::string_view name = "build";
  static constexpr bool takes_vectors = true;
};
} // namespace ir

/// A program built at run time. Regions run interpreted, nothing is instantiated for it. Copies share the graph, and so
/// do runners; what it is moved from stays as it is.
template <class Traced, class... A> class built_program {
  struct state {
    std::tuple<A...> arguments; ///< whose names nodes point at
    ir::built_graph graph{};
    ir::program_data data{};
    std::tuple<typename A::traced..., Traced> structures{}; ///< of the arguments and the result
    explicit state(const A&... a) : arguments(a...) {}
  };
  std::shared_ptr<const state> s_;

  /// Refuses arguments, and a place for the result behind them, whose lists have other lengths than the program's.
  template <class... X> void check(const X&... x) const {
    const auto all = std::tie(x...);
    if constexpr (sizeof...(X) >= sizeof...(A))
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        ir::check_counts({ir::count_leaves(std::get<I>(s_->structures))...}, std::get<I>(all)...);
      }(std::index_sequence_for<A...>{});
    if constexpr (sizeof...(X) <= sizeof...(A) + 1)
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        (ir::check_lists(std::get<I>(s_->structures), std::get<I>(all)), ...);
      }(std::index_sequence_for<X...>{});
  }
  template <class T> auto empty_result() const { return reshaped<tensor<T>>(std::get<sizeof...(A)>(s_->structures)); }

public:
  built_program(const built_program&) = default;
  built_program& operator=(const built_program&) = default;
  template <class T> using result = rebind_t<Traced, tensor<T>>;

  template <class F> explicit built_program(const F& f, const A&... arguments) {
    auto s = std::make_shared<state>(arguments...);
    ir::builder& b = s->graph.source;
    const auto args =
        std::apply([&](const A&... a) { return std::tuple<typename A::traced...>{a.make(b)...}; }, s->arguments);
    s->structures = std::tuple_cat(args, std::tuple<Traced>(std::apply(f, args)));
    ir::list<int> outputs;
    ir::attach_leaves(b, std::get<sizeof...(A)>(s->structures), outputs);
    ir::check_extents(b.view(), b.error);
    if (!b.error.empty()) throw error(std::string(b.error.view()));
    b.outputs = outputs;
    ir::lower(s->graph);
    b.error << "a value of a program that is built already is used"; // nothing is added any more
    s->data.source = b.view(), s->data.lowered = s->graph.lowered.view(), s->data.plan = s->graph.plan.view();
    (arguments.each_name_of([&](const std::string& n) { s->data.inputs.push_back(n); }), ...);
    s_ = std::move(s);
  }
  /// What the program is while it runs.
  const ir::program_data& data() const { return s_->data; }

  // As of compiled programs, which say more of each. A result has the structure that the function gave; reals have the
  // precision of the arguments.
  bool materializes(axis_ref a, axis_ref b) const { return ir::materializes(data(), a, b); }
  int kernels() const { return data().plan.steps.size(); }
  template <class... X> std::string explain(const X&... x) const {
    std::vector<tensor_ref> inputs;
    (ir::collect(x, inputs), ...);
    return ir::explain(data(), sizeof...(X) ? &inputs : nullptr, sizeof(ir::precision_of<X...>));
  }

  template <class... X> auto operator()(const X&... x) const { return run(policy::interpreted, x...); }
  template <class... X> auto reference(const X&... x) const { return run(policy::reference, x...); }
  template <class... X> auto interpreted(const X&... x) const { return run(policy::interpreted, x...); }
  template <class... X> auto run(policy how, const X&... x) const {
    static_assert(sizeof...(X) == sizeof...(A),
                  "weft: the program is called with another number of arguments than it was built for");
    check(x...);
    return ir::run_once(data(), how, empty_result<ir::precision_of<X...>>(), x...);
  }
  template <class... X> auto bind(X&&... x) const {
    static_assert((std::is_lvalue_reference_v<X> && ...),
                  "weft: a runner keeps referring to what it is bound to: give the tensors names");
    return bind_as(policy::interpreted, x...);
  }
  template <class... X> auto bind_as(policy how, X&... x) const {
    static_assert(sizeof...(X) == sizeof...(A) || sizeof...(X) == sizeof...(A) + 1,
                  "weft: bind takes the program's arguments, and after them a place for the result");
    check(x...);
    return ir::bound_to<sizeof...(A)>(data(), s_, how, empty_result<ir::precision_of<std::remove_cvref_t<X>...>>(),
                                      x...);
  }
};

/// A structure of parameters described by a value: `params_of("w", schema)`, for schemas made at run time.
template <class Schema> ir::run_time_params<Schema> params_of(std::string name, Schema schema) {
  return {std::move(name), std::move(schema)};
}

/// compile's twin for functions that exist at run time (captures allowed):
///   build(f, arg<"x">(n), params_of("w", schema))
/// Arguments or a result that don't fit do not compile; for what is wrong inside it throws `error` with the text that
/// compile would give.
template <class F, class... A> auto build(const F& f, const A&... arguments) {
  if constexpr (!ir::signature_fits<ir::building, F, A...>()) return ir::refuse_signature<ir::building, F, A...>();
  else {
    using traced = std::remove_cvref_t<decltype(std::apply(f, std::declval<std::tuple<typename A::traced...>&>()))>;
    return built_program<traced, A...>(f, arguments...);
  }
}
} // namespace weft
