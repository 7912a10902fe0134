// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/differentiate.hpp>
#include <weft/trace/walk.hpp>

/// Functions of functions. Each is a struct (so that the transform of a stateless function is stateless) in two halves:
/// `start` prepares the inner function's arguments, `finish` makes the result from what it returned. `compile` runs the
/// halves of the outermost transformations as constants of their own; nested ones are simply called.
namespace weft {

namespace ir {
template <std::size_t... I> consteval bool are_distinct() {
  const std::size_t a[]{I..., 0};
  for (std::size_t i = 0; i < sizeof...(I); i++)
    for (std::size_t j = 0; j < i; j++)
      if (a[i] == a[j]) return false;
  return true;
}
} // namespace ir
/// Which arguments a transformation differentiates, by position: `grad(f, wrt<0, 2>)`.
template <std::size_t... I> struct wrt_t {
  static_assert(ir::are_distinct<I...>(), "weft: wrt names an argument twice; name each once");
};
template <std::size_t... I> inline constexpr wrt_t<I...> wrt{};

namespace ir {
/// The numbers of all nodes of a structure; what is still unattached moves into the builder.
template <class X> constexpr void attach_leaves(builder& g, X& x, list<int>& ids) {
  each_leaf(
      [&](expr& e) {
        e = attach(g, e);
        ids.push_back(e.id);
      },
      x);
}
template <class X> constexpr void assign_leaves(builder& g, X& x, const list<int>& ids, int& next) {
  each_leaf([&](expr& e) { e = {&g, ids[next++]}; }, x);
}
template <class X> constexpr builder* builder_of(const X& values) {
  builder* g = nullptr;
  each_leaf([&](const expr& e) { g = g ? g : e.g; }, values);
  return g;
}
/// What a derivative with respect to numbers and indices alone gives where no traced value is in sight.
template <class X> constexpr void refuse_untraced(X& derivatives) {
  each_leaf(
      [](expr& e) {
        e = {};
        e.loose.refuse(nullptr,
                       "a derivative of numbers and indices alone; combine an argument with a traced value first");
      },
      derivatives);
}
/// One selected argument gives its own structure, several a tuple.
template <std::size_t... I, class Tuple> constexpr auto selected(const Tuple& t) {
  if constexpr (sizeof...(I) == 1) return std::get<(I, ...)>(t);
  else return std::make_tuple(std::get<I>(t)...);
}
/// Gives each differentiated leaf a fresh alias, so that a captured twin of it stays a constant.
template <std::size_t... I, class Tuple> constexpr Tuple refreshed(Tuple t, std::string_view mode) {
  const auto one = [&](expr& e) {
    if (e.id >= 0 && e.kind() != real && e.g->error.empty()) {
      e.g->error << mode << ": an argument that is " << name_of(e.kind()) << " has no derivative (axes " << e.ax()
                 << "); name the real arguments with wrt<...>";
      locate(*e.g, {});
    }
    e = fresh(e);
  };
  (each_leaf(one, std::get<I>(t)), ...);
  return t;
}

/// Calls of a transformation as a whole.
template <class Self> struct transformation {
  template <class... X> constexpr auto operator()(const X&... x) const {
    const auto& self = static_cast<const Self&>(*this);
    std::tuple<std::remove_cvref_t<X>...> given(x...);
    builder* g = builder_of(given);
    if (!g) g = builder_of(std::make_tuple(std::apply(self.f, self.start(given)))); // of what the function holds
    if (g) each_leaf([&](expr& e) { e = e.empty() ? e : attach(*g, e); }, given); // else two equal numbers would be one
    const auto inner = self.start(given);
    return self.finish(given, inner, std::apply(self.f, inner));
  }
};

template <class F, bool Value, std::size_t... I> struct grad_t : transformation<grad_t<F, Value, I...>> {
  [[no_unique_address]] F f;
  constexpr explicit grad_t(F g) : f(g) {}
  constexpr grad_t() = default;
  template <std::size_t N> static constexpr std::size_t inner_arguments() { return ((I < N) && ...) ? N : 0; }
  template <class Tuple> constexpr auto start(const Tuple& given) const { return refreshed<I...>(given, "grad"); }
  template <class Tuple, class Y> constexpr auto finish(const Tuple&, const Tuple& inner, Y y) const {
    auto gradient = selected<I...>(inner);
    if (builder* g = builder_of(inner)) {
      expr loss;
      if constexpr (leaf_type<Y>) loss = y;
      else
        each_leaf([&](const expr& e) { loss = loss.empty() ? e : loss; },
                  y); // the first member, the rest is carried along
      loss = attach(*g, loss);
      if (loss.id >= 0 && loss.ax().n && g->error.empty()) {
        g->error << "grad: the function must give a scalar, not one with axes " << loss.ax()
                 << "; sum or mean over them, or use vjp";
        locate(*g, loss.node().where);
      }
      if (loss.id >= 0 && loss.kind() != real && g->error.empty()) {
        g->error << "grad: the function must give a real value, not "
                 << (loss.kind() == integer ? "an integer" : "a boolean");
        locate(*g, loss.node().where);
      }
      list<int> leaves, gradients;
      attach_leaves(*g, gradient, leaves);
      const int one = attach(*g, expr(1.0).loose, {}).id;
      backward(*g, {&loss.id, 1}, {&one, 1}, leaves, gradients);
      int next = 0;
      assign_leaves(*g, gradient, gradients, next);
    } else refuse_untraced(gradient);
    if constexpr (Value) return valued<Y, decltype(gradient)>{y, gradient};
    else return gradient;
  }
};

/// Tangents and cotangents have the structure and the axes of what they belong to.
constexpr void check_seeds(builder& g, const list<int>& values, const list<int>& seeds, std::string_view who) {
  if (!g.error.empty()) return;
  if (values.size() != seeds.size())
    g.error << who << " must have the structure of the value: " << static_cast<long>(values.size()) << " tensors, not "
            << static_cast<long>(seeds.size());
  for (int i = 0; i < values.size() && g.error.empty(); i++)
    if (values[i] >= 0 && seeds[i] >= 0 && !g.nodes[values[i]].ax.matches(g.nodes[seeds[i]].ax)) {
      g.error << who << " must have the axes " << g.nodes[values[i]].ax << ", not " << g.nodes[seeds[i]].ax;
      locate(g, g.nodes[values[i]].where);
    }
}

template <class F, std::size_t... I> struct vjp_t : transformation<vjp_t<F, I...>> {
  [[no_unique_address]] F f;
  constexpr explicit vjp_t(F g) : f(g) {}
  constexpr vjp_t() = default;
  template <std::size_t N> static constexpr std::size_t inner_arguments() {
    return N > 1 && ((I < N - 1) && ...) ? N - 1 : 0;
  }
  template <class... X> constexpr auto start(const std::tuple<X...>& given) const {
    constexpr std::size_t n = sizeof...(X) - 1;
    return [&]<std::size_t... J>(std::index_sequence<J...>) {
      auto inner = std::make_tuple(std::get<J>(given)...);
      if constexpr (sizeof...(I) == 0) return refreshed<J...>(inner, "vjp");
      else return refreshed<I...>(inner, "vjp");
    }(std::make_index_sequence<n>{});
  }
  template <class Given, class Inner, class Y> constexpr auto finish(const Given& given, const Inner& inner,
                                                                     Y y) const {
    auto cotangents = [&]<std::size_t... J>(std::index_sequence<J...>) {
      if constexpr (sizeof...(I) == 0) return selected<J...>(inner);
      else return selected<I...>(inner);
    }(std::make_index_sequence<std::tuple_size_v<Inner>>{});
    if (builder* g = builder_of(given)) {
      auto seed = std::get<std::tuple_size_v<Given> - 1>(given);
      list<int> values, seeds, leaves, out;
      attach_leaves(*g, y, values);
      attach_leaves(*g, seed, seeds);
      attach_leaves(*g, cotangents, leaves);
      check_seeds(*g, values, seeds, "vjp: the last argument, the cotangent,");
      backward(*g, values, seeds, leaves, out);
      int next = 0;
      assign_leaves(*g, cotangents, out, next);
    } else refuse_untraced(cotangents);
    return pulled<Y, decltype(cotangents)>{y, cotangents};
  }
};

template <class F, std::size_t... I> struct jvp_t : transformation<jvp_t<F, I...>> {
  [[no_unique_address]] F f;
  constexpr explicit jvp_t(F g) : f(g) {}
  constexpr jvp_t() = default;
  template <std::size_t N> static constexpr std::size_t inner_arguments() {
    if (sizeof...(I) == 0) return N % 2 == 0 ? N / 2 : 0;
    return N > sizeof...(I) && ((I < N - sizeof...(I)) && ...) ? N - sizeof...(I) : 0;
  }
  template <class... X> constexpr auto start(const std::tuple<X...>& given) const {
    return [&]<std::size_t... J>(std::index_sequence<J...>) {
      auto inner = std::make_tuple(std::get<J>(given)...);
      if constexpr (sizeof...(I) == 0) return refreshed<J...>(inner, "jvp");
      else return refreshed<I...>(inner, "jvp");
    }(std::make_index_sequence<inner_arguments<sizeof...(X)>()>{});
  }
  template <class Given, class Inner, class Y> constexpr auto finish(const Given& given, const Inner& inner,
                                                                     Y y) const {
    Y tangent = y;
    if (builder* g = builder_of(given)) {
      list<int> leaves, tangents, values, out;
      constexpr std::size_t n = std::tuple_size_v<Inner>;
      [&]<std::size_t... T>(std::index_sequence<T...>) {
        constexpr std::size_t which[]{I..., 0};
        const auto pair = [&]<std::size_t K>() {
          constexpr std::size_t from = sizeof...(I) == 0 ? K : which[K];
          auto x = std::get<from>(inner);
          auto t = std::get<n + K>(given);
          attach_leaves(*g, x, leaves);
          attach_leaves(*g, t, tangents);
        };
        (pair.template operator()<T>(), ...);
      }(std::make_index_sequence<std::tuple_size_v<Given> - n>{});
      check_seeds(*g, leaves, tangents, "jvp: a tangent");
      attach_leaves(*g, y, values);
      forward(*g, leaves, tangents, values, out);
      int next = 0;
      assign_leaves(*g, tangent, out, next);
    } else refuse_untraced(tangent);
    return moved<Y, Y>{y, tangent};
  }
};

/// The tangent of the gradient: forward over reverse.
template <class F, std::size_t... I> struct hvp_t : transformation<hvp_t<F, I...>> {
  using inner_t = std::conditional_t<sizeof...(I) == 0, grad_t<F, false, 0>, grad_t<F, false, I...>>;
  [[no_unique_address]] jvp_t<inner_t, I...> f;
  constexpr explicit hvp_t(F g) : f(inner_t(g)) {}
  constexpr hvp_t() = default;
  template <std::size_t N> static constexpr std::size_t inner_arguments() { return N; }
  template <class Tuple> constexpr auto start(const Tuple& given) const { return given; }
  template <class Given, class Inner, class Y> constexpr auto finish(const Given&, const Inner&, const Y& y) const {
    return y.tangent;
  }
};
} // namespace ir

/// The gradient of a scalar function with respect to its first argument, as a function: the structure of that argument.
/// `grad(f, wrt<I...>)` differentiates others (one: its structure; several: a tuple). An argument that the value does
/// not depend on has a gradient of zeros; integer and boolean arguments are refused.
template <class F> constexpr ir::grad_t<F, false, 0> grad(F f) { return ir::grad_t<F, false, 0>(f); }
template <class F, std::size_t... I> constexpr ir::grad_t<F, false, I...> grad(F f, wrt_t<I...>) {
  return ir::grad_t<F, false, I...>(f);
}
/// {value, gradient}. If f gives a structure, its first member is the loss and the others are carried along.
template <class F> constexpr ir::grad_t<F, true, 0> value_and_grad(F f) { return ir::grad_t<F, true, 0>(f); }
template <class F, std::size_t... I> constexpr ir::grad_t<F, true, I...> value_and_grad(F f, wrt_t<I...>) {
  return ir::grad_t<F, true, I...>(f);
}
/// vjp(f)(x..., dy) = {value, cotangents}: dy has the structure of f's value; cotangents of all arguments, or of `wrt`.
template <class F> constexpr ir::vjp_t<F> vjp(F f) { return ir::vjp_t<F>(f); }
template <class F, std::size_t... I> constexpr ir::vjp_t<F, I...> vjp(F f, wrt_t<I...>) {
  return ir::vjp_t<F, I...>(f);
}
/// jvp(f)(x..., tx...) = {value, tangent}: a tangent for each argument, or for those of `wrt`.
template <class F> constexpr ir::jvp_t<F> jvp(F f) { return ir::jvp_t<F>(f); }
template <class F, std::size_t... I> constexpr ir::jvp_t<F, I...> jvp(F f, wrt_t<I...>) {
  return ir::jvp_t<F, I...>(f);
}
/// hvp(f)(x..., tx...): the Hessian of a scalar function times a vector: the tangent, as all arguments move, of the
/// gradient with respect to the first. `wrt` names others: those that move and those of the gradient.
template <class F> constexpr ir::hvp_t<F> hvp(F f) { return ir::hvp_t<F>(f); }
template <class F, std::size_t... I> constexpr ir::hvp_t<F, I...> hvp(F f, wrt_t<I...>) {
  return ir::hvp_t<F, I...>(f);
}
} // namespace weft
