// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/facts/cost.hpp>
#include <weft/facts/explain.hpp>
#include <weft/kernel/region.hpp>
#include <weft/run/leaves.hpp>
#include <weft/run/machine.hpp>
#include <weft/trace/lower.hpp>

namespace weft {
namespace ir {
#ifdef WEFT_INTERPRETED
inline constexpr policy usual_policy = policy::interpreted;
#else
inline constexpr policy usual_policy = policy::compiled;
#endif
} // namespace ir

/// A program bound to its tensors: owns arena and plan. Calling it allocates nothing, unless the extents are none of
/// those of the last few calls, or the runner owns the result and its shape has changed. For one thread at a time; the
/// tensors must outlive it.
template <class Result, class... Bound> class runner {
  std::shared_ptr<const void> program_; ///< what was built at run time
  ir::machine machine_;
  std::tuple<const Bound*...> bound_;
  std::unique_ptr<Result> own_; ///< the result, where the caller gave none
  Result* given_;               ///< else
  std::vector<tensor_ref> inputs_, outputs_;
  bool planned_ = false; ///< the machine's latest plan is for their forms

  Result& place() const {
    machine_.refuse_moved();
    return own_ ? *own_ : *given_;
  }
  /// Looks at the tensors again: whether their forms are still those that were planned for.
  bool refresh() {
    std::size_t in = 0, out = 0;
    bool same = planned_;
    std::apply([&](const auto*... x) { ((same = ir::renew(*x, inputs_, in) && same), ...); }, bound_);
    same = ir::renew(place(), outputs_, out) && same && in == inputs_.size() && out == outputs_.size();
    inputs_.resize(in), outputs_.resize(out);
    return same;
  }

public:
  /// Writes to `out`, or to a result of its own.
  runner(const ir::program_data& data, std::shared_ptr<const void> program, policy how, const Bound&... x, Result* out,
         std::unique_ptr<Result> own = {})
      : program_(std::move(program)), machine_(data, how), bound_(&x...), own_(std::move(own)), given_(out) {
    std::apply([&](const auto*... b) { (ir::collect(*b, inputs_), ...); }, bound_);
    std::vector<tensor_ref> shapes;
    machine_.shapes(inputs_, shapes);
    bool unset = false;
    each_leaf(
        [&](auto& t) {
          static_assert(writable<decltype(t)>,
                        "weft: bind writes the place for the result, which may only be read: give one without const");
          unset = unset || t.ref().unset();
        },
        place());
    if (unset) ir::allocate(place(), shapes);
    refresh();
    machine_.plan(inputs_, outputs_);
    planned_ = true;
  }
  /// Runs on the bound tensors and gives the result.
  const Result& operator()() {
    const bool same = refresh();
    planned_ = false; // unless the run succeeds
    if (!same && own_) {
      ir::machine& m = machine_;
      if (!m.fits(inputs_, outputs_)) { // the extents of the arguments have changed: so do those of the result
        std::vector<tensor_ref> shapes;
        m.shapes(inputs_, shapes);
        each_leaf(
            [](auto& t) {
              using X = std::remove_reference_t<decltype(t)>;
              if constexpr (requires { t = X{}; }) t = X{};
            },
            *own_);
        ir::allocate(*own_, shapes);
        refresh();
      }
    }
    machine_.run(inputs_, outputs_, same);
    planned_ = true;
    return place();
  }
  const Result& result() const { return place(); }
  /// Bytes of values between the steps, and of scratch for all threads, as planned for the last call.
  long arena_bytes() const { return machine_.arena_bytes(); }
  long scratch_bytes() const { return machine_.scratch_bytes(); }
  /// The tiles of all walks over score spaces in the last run: kept, partial, skipped.
  tile_counts tiles() const { return machine_.tiles(); }
  /// On request: throws an error that names the first NaN's node and indices. Slow.
  void check_nan(bool on = true) { machine_.check_nan(on); }
};

namespace ir {
/// The result of one run, in memory of its own.
template <class Result, class... X>
Result run_once(const program_data& data, policy how, Result result, const X&... x) {
  std::vector<tensor_ref> inputs, outputs;
  (collect(x, inputs), ...);
  machine m(data, how);
  m.shapes(inputs, outputs);
  allocate(result, outputs);
  outputs.clear();
  collect(result, outputs);
  m.run(inputs, outputs);
  return result;
}

/// A runner on the first N of `x`; the next one, if there is one, is the place for the result. `program` owns `data`,
/// if anything does.
template <std::size_t N, class Empty, class... X> auto
bound_to(const program_data& data, std::shared_ptr<const void> program, policy how, Empty empty, X&... x) {
  const auto tie = std::tie(x...);
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    if constexpr (sizeof...(X) == N)
      return runner<Empty, std::remove_const_t<X>...>(data, std::move(program), how, x..., nullptr,
                                                      std::make_unique<Empty>(std::move(empty)));
    else {
      auto& out = std::get<N>(tie);
      return runner<std::remove_reference_t<decltype(out)>,
                    std::remove_cvref_t<std::tuple_element_t<I, decltype(tie)>>...>(data, std::move(program), how,
                                                                                    std::get<I>(tie)..., &out);
    }
  }(std::make_index_sequence<N>{});
}
} // namespace ir

/// A compiled function: graph, plan and kernels, all constants. An empty object, shared freely; each call has its
/// extents.
template <class Fn, class... A> struct program {
  using traced_result = ir::result_t<Fn, A...>;
  template <class Argument> static constexpr long tensors_of = ir::count_leaves(typename Argument::traced{});
  static constexpr const auto& traced() { return ir::graph_of<Fn, A...>::graph(); }

  static constexpr auto kinds = [] {
    std::array<kind, traced().output_count + 1> k{};
    for (int i = 0; i < traced().output_count; i++)
      k[static_cast<std::size_t>(i)] = traced().nodes[traced().outputs[i]].k;
    return k;
  }();
  template <class T> using result = typename ir::result_from<traced_result, T, kinds, 0>::type;

  // Facts: constants, those that count numbers only where all extents are static.
  using lowered = ir::lowered_of<Fn, A...>;
  static constexpr bool is_static = ir::all_static(traced().view());
  /// Nodes of the traced graph.
  static constexpr int nodes() { return traced().node_count; }
  /// Steps of the plan: streams, regions, products and general ops.
  static constexpr int kernels() { return static_cast<int>(lowered::run_plan.steps.size()); }
  /// Whether a value with both axes is stored, also under another name of theirs.
  static constexpr bool materializes(axis_ref a, axis_ref b) {
    if (!std::is_constant_evaluated()) return ir::materializes(data(), a, b);
    return ir::materializes(lowered::run_graph.view(), lowered::run_plan.view(), a, b);
  }
  /// Floating-point operations of a run; a product counts 2 for each multiplication.
  static constexpr long flops()
    requires is_static
  {
    constexpr double n = ir::flops(lowered::graph().view(), ir::static_extents);
    return static_cast<long>(n);
  }
  /// Bytes that the steps read and write, for reals of type T.
  template <class T = float> static constexpr long bytes()
    requires is_static
  {
    constexpr long n = ir::bytes(lowered::run_graph.view(), lowered::run_plan.view(), ir::static_extents, sizeof(T));
    return n;
  }
  /// Bytes of the arena: all values between steps, beyond arguments, results and the threads' scratch.
  template <class T = float> static constexpr long peak_bytes()
    requires is_static
  {
    constexpr long n =
        ir::peak_bytes(lowered::run_graph.view(), lowered::run_plan.view(), ir::static_extents, sizeof(T));
    return n;
  }
  /// Bytes of what the derivative sweeps read of the forward pass's values.
  template <class T = float> static constexpr long saved()
    requires is_static
  {
    constexpr long n =
        ir::saved_bytes(lowered::run_graph.view(), lowered::run_plan.view(), ir::static_extents, sizeof(T));
    return n;
  }
  /// The plan in words; with arguments, for their extents.
  template <class... X> std::string explain(const X&... x) const {
    std::vector<tensor_ref> inputs;
    (ir::collect(x, inputs), ...);
    return ir::explain(data(), sizeof...(X) ? &inputs : nullptr, sizeof(ir::precision_of<X...>));
  }

  /// What the program is while it runs, but for its kernels.
  static const ir::program_data& data() {
    static const ir::program_data d = [] {
      ir::program_data p;
      p.source = lowered::run_source.view(), p.lowered = lowered::run_graph.view(), p.plan = lowered::run_plan.view();
      (A{}.each_name_of([&](const std::string& n) { p.inputs.push_back(n); }), ...);
      return p;
    }();
    return d;
  }
  /// The same with the kernels for reals of type T: a precision that no call uses has none.
  template <class T> static const ir::program_data& data_for() {
#ifdef WEFT_INTERPRETED
    return data();
#else
    static const ir::program_data d = [] {
      ir::program_data p = data();
      if constexpr (std::is_same_v<T, float>) p.f32 = ir::kernels_of<lowered::run_plan, float>::table.data();
      else p.f64 = ir::kernels_of<lowered::run_plan, double>::table.data();
      return p;
    }();
    return d;
#endif
  }

  /// Allocates and returns the result. Reals have the precision of the arguments.
  template <class... X> auto operator()(const X&... x) const { return run(ir::usual_policy, x...); }
  /// The untouched graph, one plain loop a node: the oracle.
  template <class... X> auto reference(const X&... x) const { return run(policy::reference, x...); }
  /// The plan without generated kernels.
  template <class... X> auto interpreted(const X&... x) const { return run(policy::interpreted, x...); }

  /// The same in the way that is named.
  template <class... X> auto run(policy how, const X&... x) const {
    static_assert(sizeof...(X) == sizeof...(A),
                  "weft: the program is called with another number of arguments than it was compiled for");
    using T = ir::precision_of<X...>;
    if constexpr (sizeof...(X) == sizeof...(A)) {
      ir::check_counts({tensors_of<A>...}, x...);
      return ir::run_once(data_for<T>(), how, result<T>{}, x...);
    } else return result<T>{};
  }
  /// bind(q, k, v, out) or bind(q, k, v): a runner that owns arena and plan, and the result unless it is given.
  template <class... X> auto bind(X&&... x) const {
    static_assert((std::is_lvalue_reference_v<X> && ...),
                  "weft: a runner keeps referring to what it is bound to: give the tensors names");
    return bind_as(ir::usual_policy, x...);
  }
  /// The same for runs in the way that is named.
  template <class... X> auto bind_as(policy how, X&... x) const {
    static_assert(sizeof...(X) == sizeof...(A) || sizeof...(X) == sizeof...(A) + 1,
                  "weft: bind takes the program's arguments, and after them a place for the result");
    using T = ir::precision_of<std::remove_cvref_t<X>...>;
    if constexpr (sizeof...(X) >= sizeof...(A))
      [&]<std::size_t... I>(std::index_sequence<I...>, const auto& all) {
        ir::check_counts({tensors_of<A>...}, std::get<I>(all)...);
      }(std::index_sequence_for<A...>{}, std::tie(x...));
    return ir::bound_to<sizeof...(A)>(data_for<T>(), nullptr, how, result<T>{}, x...);
  }
};
} // namespace weft
