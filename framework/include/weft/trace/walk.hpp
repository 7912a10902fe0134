// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/axis.hpp>
#include <weft/run/error.hpp>

#include <boost/hana/accessors.hpp>
#include <boost/hana/at.hpp>
#include <boost/hana/concept/struct.hpp>
#include <boost/hana/define_struct.hpp>
#include <boost/hana/first.hpp>
#include <boost/hana/length.hpp>
#include <boost/hana/second.hpp>
#include <boost/hana/string.hpp>
#include <boost/hana/tuple.hpp>

#include <array>
#include <string>
#include <tuple>
#include <vector>

/// Structures of leaves: Hana structs, tuples, arrays and vectors, nested. What is walked together has one shape.
namespace weft {
namespace hana = boost::hana;
struct expr;

/// The type X with every `expr` (or `axes`) in its template arguments replaced by U: model<expr> becomes
/// model<tensor<float>>.
template <class X, class U> struct rebind {
  using type = X;
};
template <class U> struct rebind<expr, U> {
  using type = U;
};
template <class U> struct rebind<axes, U> {
  using type = U;
};
template <class X, std::size_t N, class U> struct rebind<std::array<X, N>, U> {
  using type = std::array<typename rebind<X, U>::type, N>;
};
template <class X, class U> struct rebind<std::vector<X>, U> {
  using type = std::vector<typename rebind<X, U>::type>;
};
template <template <class...> class S, class... A, class U> struct rebind<S<A...>, U> {
  using type = S<typename rebind<A, U>::type...>;
};
template <class X, class U> using rebind_t = typename rebind<std::remove_cvref_t<X>, U>::type;

namespace ir {
/// How a structure is taken apart: `each(f, x, y...)` calls f(member of x, member of y...) for every member.
template <class X> struct parts {
  static constexpr bool leaf = true;
};
template <class X>
concept leaf_type = parts<std::remove_cvref_t<X>>::leaf;

constexpr void check_length(std::size_t first, std::size_t other) {
  if (first != other)
    throw error("structures that are walked together: a list has ", first, " members in the first and ", other,
                " in another; give them one length");
}
template <class X> struct sequence_parts {
  static constexpr bool leaf = false;
  template <class F, class A, class... B> static constexpr void each(F&& f, A&& a, B&&... b) {
    (check_length(a.size(), b.size()), ...);
    for (std::size_t i = 0; i < a.size(); i++) f(a[i], b[i]...);
  }
};
template <class X, std::size_t N> struct parts<std::array<X, N>> : sequence_parts<X> {};
template <class X> struct parts<std::vector<X>> : sequence_parts<X> {};

template <class... X> struct parts<std::tuple<X...>> {
  static constexpr bool leaf = false;
  template <class F, class... A> static constexpr void each(F&& f, A&&... a) {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (one<I>(f, a...), ...); }(std::index_sequence_for<X...>{});
  }
  template <std::size_t I, class F, class... A> static constexpr void one(F& f, A&... a) { f(std::get<I>(a)...); }
};
template <class... X> struct parts<hana::tuple<X...>> {
  static constexpr bool leaf = false;
  template <class F, class... A> static constexpr void each(F&& f, A&&... a) {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (one<I>(f, a...), ...); }(std::index_sequence_for<X...>{});
  }
  template <std::size_t I, class F, class... A> static constexpr void one(F& f, A&... a) { f(hana::at_c<I>(a)...); }
};
/// The accessors of a Hana struct, made once: asking for them makes all.
template <class X> inline constexpr auto accessors_of = hana::accessors<X>();
template <class X>
  requires(hana::Struct<X>::value)
struct parts<X> {
  static constexpr bool leaf = false;
  static constexpr std::size_t count = decltype(hana::length(hana::accessors<X>()))::value;
  // accessors belong to one instance of a struct template: those of model<axes> can't read a model<expr>
  template <std::size_t I, class Y> static constexpr decltype(auto) member(Y& y) {
    return hana::second(hana::at_c<I>(accessors_of<std::remove_const_t<Y>>))(y);
  }
  template <class F, class... A> static constexpr void each(F&& f, A&&... a) {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (one<I>(f, a...), ...); }(std::make_index_sequence<count>{});
  }
  template <std::size_t I, class F, class... A> static constexpr void one(F& f, A&... a) { f(member<I>(a)...); }
};

/// Whether X is an expression or a structure of them alone; vectors, whose type leaves their length open, if they may
/// be in it.
template <class X, bool Vectors> inline constexpr bool of_expressions = std::is_same_v<X, expr>;
template <class X, bool Vectors> inline constexpr bool of_expressions<std::vector<X>, Vectors> =
    Vectors && of_expressions<X, Vectors>;
template <class X, std::size_t N, bool Vectors> inline constexpr bool of_expressions<std::array<X, N>, Vectors> =
    of_expressions<X, Vectors>;
template <template <class...> class S, class... X, bool Vectors>
  requires(!leaf_type<S<X...>> && !hana::Struct<S<X...>>::value)
inline constexpr bool of_expressions<S<X...>, Vectors> = (of_expressions<X, Vectors> && ...);
template <class X, bool Vectors>
  requires(hana::Struct<X>::value)
inline constexpr bool of_expressions<X, Vectors> = []<std::size_t... I>(std::index_sequence<I...>) {
  return (of_expressions<std::remove_cvref_t<decltype(parts<X>::template member<I>(std::declval<X&>()))>, Vectors> &&
          ...);
}(std::make_index_sequence<parts<X>::count>{});
} // namespace ir

/// Calls f(leaf of x, leaf of y...) for all leaves, in the order in which they are declared.
template <class F, class X, class... Y> constexpr void each_leaf(F&& f, X&& x, Y&&... y) {
  if constexpr (ir::leaf_type<X>) f(x, y...);
  else ir::parts<std::remove_cvref_t<X>>::each([&](auto&&... m) { each_leaf(f, m...); }, x, y...);
}

namespace ir {
/// Gives the vectors of a structure the lengths that they have in its twin.
template <class To, class From> constexpr void resize_like(To& to, const From& from) {
  if constexpr (leaf_type<From>) return;
  else {
    if constexpr (requires { to.resize(from.size()); }) to.resize(from.size());
    parts<From>::each([](const auto& f, auto& t) { resize_like(t, f); }, from, to);
  }
}
} // namespace ir
/// An empty structure of U's in the form of x.
template <class U, class X> constexpr rebind_t<X, U> reshaped(const X& x) {
  rebind_t<X, U> r{};
  ir::resize_like(r, x);
  return r;
}

/// An array of N equal members: `.blocks = repeat<4>(block_axes)`.
template <std::size_t N, class X> constexpr std::array<X, N> repeat(const X& x) {
  std::array<X, N> r{};
  for (auto& y : r) y = x;
  return r;
}

/// A function's value and its gradient.
template <class V, class G> struct valued {
  V value;
  G gradient;
};
/// A function's value and its tangent.
template <class V, class T> struct moved {
  V value;
  T tangent;
};
/// A function's value and the cotangents of its arguments.
template <class V, class C> struct pulled {
  V value;
  C cotangents;
};
namespace ir {
template <class V, class G> struct parts<valued<V, G>> {
  static constexpr bool leaf = false;
  static constexpr const char* names[]{"value", "gradient"};
  template <class F, class... A> static constexpr void each(F&& f, A&&... a) { f(a.value...), f(a.gradient...); }
};
template <class V, class T> struct parts<moved<V, T>> {
  static constexpr bool leaf = false;
  static constexpr const char* names[]{"value", "tangent"};
  template <class F, class... A> static constexpr void each(F&& f, A&&... a) { f(a.value...), f(a.tangent...); }
};
template <class V, class C> struct parts<pulled<V, C>> {
  static constexpr bool leaf = false;
  static constexpr const char* names[]{"value", "cotangents"};
  template <class F, class... A> static constexpr void each(F&& f, A&&... a) { f(a.value...), f(a.cotangents...); }
};

/// Calls f(name, member) for every member: by its name in a struct, else by its number.
template <class F, class X> constexpr void each_member(F&& f, X&& x) {
  using T = std::remove_cvref_t<X>;
  if constexpr (hana::Struct<T>::value) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (f(std::string(hana::to<char const*>(hana::first(hana::at_c<I>(hana::accessors<T>())))),
         parts<T>::template member<I>(x)),
       ...);
    }(std::make_index_sequence<parts<T>::count>{});
  } else {
    std::size_t i = 0;
    parts<T>::each(
        [&](auto&& m) {
          if constexpr (requires { parts<T>::names; }) f(std::string(parts<T>::names[i++]), m);
          else f(std::to_string(i++), m);
        },
        x);
  }
}
} // namespace ir

/// Calls f(name, leaf) for all leaves: "blocks.0.wq" for `x.blocks[0].wq`.
template <class F, class X> constexpr void each_name(F&& f, X&& x, const std::string& path = "") {
  if constexpr (ir::leaf_type<X>) f(path, x);
  else ir::each_member([&](const std::string& n, auto&& m) { each_name(f, m, path.empty() ? n : path + "." + n); }, x);
}
} // namespace weft
