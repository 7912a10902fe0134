// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/trace/refuse.hpp>

#include <algorithm>

/// Whether a function takes the arguments that it is given and returns what a program can give; asked before it is
/// traced.
namespace weft::ir {

/// Calls g.operator()<G, arguments...>() for the function that all transformations are around and the arguments that it
/// gets; false if a transformation can't be given so many.
template <class F, class... X> constexpr auto innermost_call(auto g) {
  if constexpr (!is_transformation<F>) return g.template operator()<F, X...>();
  else {
    constexpr std::size_t inner = F::template inner_arguments<sizeof...(X)>();
    if constexpr (inner == 0 || inner > sizeof...(X)) return false;
    else
      return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return innermost_call<decltype(F::f), std::tuple_element_t<I, std::tuple<X...>>...>(g);
      }(std::make_index_sequence<inner>{});
  }
}
/// Whether a function takes arguments of these types; of a transformation, whether the function inside takes what it is
/// given then.
template <class F, class... X> constexpr bool callable() {
  return innermost_call<F, X...>([]<class G, class... Y>() { return std::is_invocable_v<const G&, const Y&...>; });
}
/// Whether a function that is not callable has no signature to blame: it is a template, or its body does not compile
/// and the compiler has said so.
template <class F, class... X> constexpr bool without_signature() {
  return innermost_call<F, X...>(
      []<class G, class... Y>() { return !std::is_function_v<G> && !requires { &G::operator(); }; });
}
/// The call itself, for the compiler to refuse, unless it has said what is wrong with the function already.
template <class F, class... X> constexpr refused_program refused_call() {
  innermost_call<F, X...>([]<class G, class... Y>() {
    using call [[maybe_unused]] = decltype(std::declval<const G&>()(std::declval<const Y&>()...));
    return true;
  });
  return {};
}
struct returned_type {
  template <class G, class... Y> constexpr auto operator()() const {
    return std::type_identity<std::remove_cvref_t<std::invoke_result_t<const G&, const Y&...>>>{};
  }
};
/// What a callable function returns; of a transformation, what the function inside does.
template <class F, class... X> using returned = typename decltype(innermost_call<F, X...>(returned_type{}))::type;

/// What arg and params give.
template <class A>
concept argument_description = requires { typename A::traced; };

/// Whether a function of type F can be called with A's, and returns what the caller can give: who that is, and whether
/// it takes results with vectors, is up to the caller.
template <class Caller, class F, class... A> constexpr bool signature_fits() {
  if constexpr (!(argument_description<A> && ...)) return false;
  else if constexpr (!callable<F, typename A::traced...>()) return false;
  else return of_expressions<returned<F, typename A::traced...>, Caller::takes_vectors>;
}

/// The name of an argument; a structure's that is described at run time is not known.
template <class A> constexpr std::string_view argument_name() {
  if constexpr (std::is_member_object_pointer_v<decltype(&A::name)>) return "params_of(...)";
  else return A::name;
}
/// How many of N arguments transformations leave for the function inside, whatever it takes; -1 if they can't be given
/// so many.
template <class F, std::size_t N> constexpr long left_for_function() {
  if constexpr (!is_transformation<F>) return static_cast<long>(N);
  else if constexpr (F::template inner_arguments<N>() == 0) return -1;
  else return left_for_function<decltype(F::f), F::template inner_arguments<N>()>();
}
template <class Caller, class F, class... A> constexpr message call_refused() {
  constexpr long given = sizeof...(A), left = left_for_function<F, sizeof...(A)>();
  constexpr long counted = left < 0 ? given : left;
  message m;
  m << Caller::name << (left < 0 ? ": its transformations do" : ": the function does") << " not take " << counted
    << (counted == 1 ? " argument" : " arguments");
  if (left >= 0 && left < given) m << ", what its transformations leave of " << given;
  m << " (";
  bool first = true;
  ((m << (first ? "" : ", ") << argument_name<A>(), first = false), ...);
  return m << (left < 0 ? "); wrt<..> counts the function's arguments from 0, vjp takes a cotangent "
                          "besides them, jvp and hvp tangents"
                        : "); give one arg<..> or params<..> of its type for each of its parameters")
           << (left >= 0 && left < given ? ", besides them a cotangent to vjp, tangents to jvp and hvp" : ""),
         m;
}
template <class Caller, class F, class... A> inline constexpr message call_refused_message =
    call_refused<Caller, F, A...>();

/// A type as the compiler spells it: what follows "T = " in the name of this function.
template <class T> constexpr std::string_view type_name() {
  const std::string_view whole = __PRETTY_FUNCTION__, rest = whole.substr(whole.find("T = ") + 4);
  return rest.substr(0, std::min(rest.find(';'), rest.rfind(']')));
}
/// The first that describes no argument.
template <class A, class... Rest> struct undescribed {
  using type = A;
};
template <argument_description A, class... Rest> struct undescribed<A, Rest...> : undescribed<Rest...> {};
template <class Caller, class A> constexpr message argument_refused() {
  message m;
  return m << Caller::name << ": " << type_name<A>()
           << " describes no argument; give arg<..>(axes...), also arg<..>() of a scalar, or params<..>",
         m;
}
template <class Caller, class A> inline constexpr message argument_refused_message = argument_refused<Caller, A>();

template <class Caller, class Y> constexpr message result_refused() {
  message m;
  m << Caller::name << ": the function returns " << type_name<Y>() << "; return expr, or a std::tuple, std::array";
  return m << (Caller::takes_vectors ? ", std::vector" : "") << " or Hana struct of them (a number: expr(number))", m;
}
template <class Caller, class Y> inline constexpr message result_refused_message = result_refused<Caller, Y>();

/// The refusal of a function whose signature does not fit.
template <class Caller, class F, class... A> constexpr auto refuse_signature() {
  if constexpr (!(argument_description<A> && ...))
    return refuse<argument_refused_message<Caller, typename undescribed<A...>::type>>();
  else if constexpr (callable<F, typename A::traced...>())
    return refuse<result_refused_message<Caller, returned<F, typename A::traced...>>>();
  else if constexpr (without_signature<F, typename A::traced...>()) return refused_call<F, typename A::traced...>();
  else return refuse<call_refused_message<Caller, F, A...>>();
}
} // namespace weft::ir
