// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/kind.hpp>
#include <weft/run/tensor.hpp>
#include <weft/run/view.hpp>
#include <weft/trace/walk.hpp>

#include <numeric>

/// Between the user's structures of tensors and the flat lists that a machine runs on.
namespace weft::ir {

/// The precision of the first real tensor in a structure's type; void if it has none.
template <class X> struct precision_in {
  using type = void;
};
template <class... X> struct first_real {
  using type = void;
};
template <class X, class... Rest> struct first_real<X, Rest...> {
  using mine = typename precision_in<std::remove_cvref_t<X>>::type;
  using type = typename std::conditional_t<std::is_void_v<mine>, first_real<Rest...>, std::type_identity<mine>>::type;
};
template <tensor_like X> struct precision_in<X> {
  using value = std::remove_const_t<typename X::value_type>;
  using type = std::conditional_t<std::is_floating_point_v<value>, value, void>;
};
template <class X, std::size_t N> struct precision_in<std::array<X, N>> : precision_in<X> {};
template <template <class...> class S, class... X>
  requires(!tensor_like<S<X...>>)
struct precision_in<S<X...>> : first_real<X...> {};
template <class X> struct precision_in<std::vector<X>> : precision_in<X> {};
/// float unless the arguments say otherwise.
template <class... X> using precision_of =
    std::conditional_t<std::is_void_v<typename first_real<X...>::type>, float, typename first_real<X...>::type>;

/// A type of its own, so that the error comes once.
template <class X> struct refuse_number {
  static_assert(!std::is_arithmetic_v<X>, "a program takes tensors: give a number as tensor<float>(number)");
};
template <class X, class F> void each_ref(const X& x, const F& f) {
  if constexpr (tensor_like<X>) f(x.ref());
  else if constexpr (std::is_arithmetic_v<X>) (void)refuse_number<X>{};
  else parts<std::remove_cvref_t<X>>::each([&](auto&& m) { each_ref(m, f); }, x);
}
template <class X> void collect(const X& x, std::vector<tensor_ref>& refs) {
  each_ref(x, [&](const tensor_ref& t) { refs.push_back(t); });
}
/// Brings refs from refs[next] on up to date with the tensors of x, and `next` behind them. Whether nothing but their
/// memory has moved.
template <class X> bool renew(const X& x, std::vector<tensor_ref>& refs, std::size_t& next) {
  bool same = true;
  each_ref(x, [&](const tensor_ref& now) {
    if (next == refs.size()) refs.push_back({}), same = false;
    tensor_ref& was = refs[next++];
    if (same_form(was, now)) was.data = now.data;
    else was = now, same = false;
  });
  return same;
}

/// How many expressions a structure has.
template <class X> constexpr long count_leaves(const X& x) {
  long n = 0;
  each_leaf([&](const auto&) { n++; }, x);
  return n;
}
/// Refuses tensors that are as many as all arguments together take but not as each of them does: one would stand in for
/// another's.
template <class... X> void check_counts(const std::array<long, sizeof...(X)>& wanted, const X&... given) {
  std::array<long, sizeof...(X)> found{};
  std::size_t k = 0;
  ((each_ref(given, [&](const tensor_ref&) { found[k]++; }), k++), ...);
  if (std::accumulate(found.begin(), found.end(), 0l) != std::accumulate(wanted.begin(), wanted.end(), 0l)) return;
  for (k = 0; k < found.size(); k++)
    if (found[k] != wanted[k])
      throw error("argument ", k, ", counted from 0, takes ", wanted[k], wanted[k] == 1 ? " tensor" : " tensors",
                  ", not ", found[k]);
}
/// Whether two structures differ in the types of their leaves alone, and so can be walked together.
template <class X, class Y> inline constexpr bool alike = leaf_type<X> && leaf_type<Y>;
template <class X, class Y, std::size_t N> inline constexpr bool alike<std::array<X, N>, std::array<Y, N>> =
    alike<X, Y>;
template <template <class...> class S, class... X, class... Y>
  requires(!leaf_type<S<X...>> && sizeof...(X) == sizeof...(Y))
inline constexpr bool alike<S<X...>, S<Y...>> = (alike<X, Y> && ...);
/// Refuses as many tensors in lists of other lengths.
template <class Traced, class X> void check_lists(const Traced& expected, const X& given) {
  if constexpr (alike<Traced, X>)
    if (count_leaves(expected) == count_leaves(given)) each_leaf([](const auto&...) {}, expected, given);
}

/// The tensor that holds a result of a kind.
template <class T, kind K> using tensor_of =
    tensor<std::conditional_t<K == real, T, std::conditional_t<K == integer, std::int64_t, bool>>>;

/// The run-time type of a traced result: the same structure, a tensor of the node's kind for each expression. A struct
/// template with one type for all members holds reals; one with a type for each member has each member's own.
template <class X, class T, const auto& Kinds, int First> struct result_from {
  using type = rebind_t<X, tensor<T>>;
  static constexpr int leaves = [] {
    X x{};
    int n = 0;
    each_leaf([&](const expr&) { n++; }, x);
    return n;
  }();
};
template <class T, const auto& Kinds, int First> struct result_from<expr, T, Kinds, First> {
  using type = tensor_of<T, Kinds[First]>;
  static constexpr int leaves = 1;
};
template <class T, const auto& Kinds, int First, class... X> struct tuple_from {
  template <std::size_t I> static constexpr int before() {
    if constexpr (I == 0) return First;
    else
      return before<I - 1>() +
             result_from<std::tuple_element_t<I - 1, std::tuple<X...>>, T, Kinds, before<I - 1>()>::leaves;
  }
  static constexpr int leaves = before<sizeof...(X)>() - First;
  template <template <class...> class S, std::size_t... I>
  static auto make(std::index_sequence<I...>) -> S<typename result_from<X, T, Kinds, before<I>()>::type...>;
};
template <class... X, class T, const auto& Kinds, int First> struct result_from<std::tuple<X...>, T, Kinds, First>
    : tuple_from<T, Kinds, First, X...> {
  using type = decltype(tuple_from<T, Kinds, First, X...>::template make<std::tuple>(std::index_sequence_for<X...>{}));
};
template <class... X, class T, const auto& Kinds, int First> struct result_from<hana::tuple<X...>, T, Kinds, First>
    : tuple_from<T, Kinds, First, X...> {
  using type = decltype(tuple_from<T, Kinds, First, X...>::template make<hana::tuple>(std::index_sequence_for<X...>{}));
};

template <class X> constexpr bool of_one_type_a_member = false;
template <class V, class G> constexpr bool of_one_type_a_member<valued<V, G>> = true;
template <class V, class T> constexpr bool of_one_type_a_member<moved<V, T>> = true;
template <class V, class C> constexpr bool of_one_type_a_member<pulled<V, C>> = true;
template <template <class...> class S, class... X>
  requires(sizeof...(X) > 1 && hana::Struct<S<X...>>::value && of_expressions<S<X...>, false>)
constexpr bool of_one_type_a_member<S<X...>> = []<std::size_t... I>(std::index_sequence<I...>) {
  using members = parts<S<X...>>;
  if constexpr (members::count != sizeof...(I)) return false;
  else
    return (std::same_as<std::remove_cvref_t<decltype(members::template member<I>(std::declval<S<X...>&>()))>, X> &&
            ...);
}(std::index_sequence_for<X...>{});
template <template <class...> class S, class... X, class T, const auto& Kinds, int First>
  requires of_one_type_a_member<S<X...>>
struct result_from<S<X...>, T, Kinds, First> : tuple_from<T, Kinds, First, X...> {
  using type = decltype(tuple_from<T, Kinds, First, X...>::template make<S>(std::index_sequence_for<X...>{}));
};

/// Gives every leaf of a result that is unset the shape that the machine found. Leaves beyond the results stay: the
/// machine refuses them.
template <class R> void allocate(R& result, const std::vector<tensor_ref>& shapes) {
  std::size_t next = 0;
  each_leaf(
      [&](auto& t) {
        using tensor_type = std::remove_cvref_t<decltype(t)>;
        if (next == shapes.size()) return;
        const tensor_ref& s = shapes[next++];
        if (!t.ref().unset()) return;
        if constexpr (std::constructible_from<tensor_type, axes, std::vector<long>> &&
                      std::assignable_from<decltype(t), tensor_type>) // a view has its memory
          t = tensor_type(s.ax, std::vector<long>(s.extent, s.extent + s.ax.n));
      },
      result);
}
} // namespace weft::ir
