// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/trace/trace.hpp>

/// How a program that makes no sense becomes one compile error on the first line, and nothing after it.
namespace weft {
namespace ir {

template <std::size_t N> struct shown {
  char c[N + 1]{};
};
template <const auto& Message, int From, int To> constexpr auto piece() {
  shown<static_cast<std::size_t>(To - From)> s;
  for (int i = From; i < To; i++) s.c[i - From] = Message.c[i];
  s.c[To - From] = 0; // clang shows as text only an array whose end was written
  return s;
}
/// clang cuts a text argument after 32 characters: the message is cut at blanks, into pieces of at most 31.
constexpr int cut_after(const message& m, int from) {
  if (m.n - from <= 31) return m.n;
  for (int i = from + 31; i > from; i--)
    if (m.c[i - 1] == ' ') return i;
  return from + 31;
}

/// Converts to anything and answers every question: what follows the first error stays silent.
struct anything {
  template <class T> operator T() const;
  template <class... X> anything operator()(const X&...) const;
};
struct silent {
  constexpr operator bool() const { return true; }
  constexpr bool operator!() const { return true; }
  template <class X> friend constexpr bool operator==(silent, const X&) { return true; }
  template <class X> friend constexpr bool operator!=(silent, const X&) { return true; }
  template <class X> friend constexpr bool operator<(silent, const X&) { return true; }
  template <class X> friend constexpr bool operator<=(silent, const X&) { return true; }
  template <class X> friend constexpr bool operator>(silent, const X&) { return true; }
  template <class X> friend constexpr bool operator>=(silent, const X&) { return true; }
};
template <auto...> inline constexpr bool well_formed = false;

/// What `compile` gives after an error: takes any call and any question, so that nothing follows.
struct refused_program {
  template <class... X> anything operator()(const X&...) const;
  template <class... X> anything reference(const X&...) const;
  template <class... X> anything interpreted(const X&...) const;
  template <class... X> anything run(const X&...) const;
  template <class... X> anything bind(const X&...) const;
  template <class... X> anything bind_as(const X&...) const;
  template <class... X> anything explain(const X&...) const;
  static anything data();
  template <class... X> static constexpr silent materializes(const X&...) { return {}; }
  static constexpr silent flops() { return {}; }
  template <class T = float> static constexpr silent bytes() { return {}; }
  template <class T = float> static constexpr silent peak_bytes() { return {}; }
  template <class T = float> static constexpr silent saved() { return {}; }
  static constexpr silent kernels() { return {}; }
  static constexpr silent nodes() { return {}; }
};
} // namespace ir

/// What `compile` gives for a program that is refused. Its name carries the message.
template <auto... Message> struct compile_error : ir::refused_program {
  static_assert(ir::well_formed<Message...>);
};

namespace ir {
template <const auto& Message, int From = 0, auto... Pieces> constexpr auto refuse() {
#ifdef __clang__
  if constexpr (From < Message.n)
    return refuse<Message, cut_after(Message, From), Pieces..., piece<Message, From, cut_after(Message, From)>()>();
  else return compile_error<Pieces...>{};
#else
  return compile_error<piece<Message, 0, Message.n>()>{};
#endif
}

template <class... A> constexpr message call_refused() {
  message m;
  m << "compile: the function does not take " << static_cast<long>(sizeof...(A))
    << (sizeof...(A) == 1 ? " argument" : " arguments") << " (";
  bool first = true;
  ((m << (first ? "" : ", ") << A::name, first = false), ...);
  return m << "); give one arg<..> or params<..> for each of its parameters", m;
}
template <class Fn, class... A> inline constexpr message call_refused_message = call_refused<A...>();

constexpr message captures_refused() {
  message m;
  return m << "compile: this function holds values; give it a name: `static constexpr auto f = ...; "
              "compile<f>(arguments...)`",
         m;
}
template <class F> inline constexpr message captures_message = captures_refused();

/// Calls g.operator()<G, arguments...>() for the function that all transformations are around and the arguments that it
/// gets; false if a transformation can't be given so many.
template <class F, class... X> constexpr bool innermost_call(auto g) {
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
  return innermost_call<F, X...>([]<class G, class... Y>() { return std::is_invocable_v<const G&, Y...>; });
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
    using call [[maybe_unused]] = decltype(std::declval<const G&>()(std::declval<Y>()...));
    return true;
  });
  return {};
}
} // namespace ir
} // namespace weft
