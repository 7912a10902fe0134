// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/trace/trace.hpp>

#include <tuple>

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

/// Converts to anything and answers every question: what follows the first error stays silent. It comes apart into two,
/// as what `value_and_grad` gives.
struct anything {
  template <class T> operator T() const;
  template <class... X> anything operator()(const X&...) const;
  template <class X> anything operator[](const X&) const;
  template <std::size_t> anything get() const;
  anything item() const;
  anything check_nan() const;
  anything arena_bytes() const;
  anything scratch_bytes() const;
  anything tiles() const;
  anything result() const;
  anything explain() const;
  const anything* begin() const;
  const anything* end() const;
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

constexpr message captures_refused() {
  message m;
  return m << "compile: this function holds values; give it a name: `static constexpr auto f = ...; "
              "compile<f>(arguments...)`",
         m;
}
template <class F> inline constexpr message captures_message = captures_refused();
} // namespace ir
} // namespace weft

template <> struct std::tuple_size<weft::ir::anything> : std::integral_constant<std::size_t, 2> {};
template <std::size_t I> struct std::tuple_element<I, weft::ir::anything> {
  using type = weft::ir::anything;
};
