// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/structural.hpp>
#include <weft/trace/walk.hpp>

namespace weft {
namespace ir {
constexpr expr input(builder& g, const axes& ax, kind k, std::string_view label) {
  attributes a;
  a.shape = ax, a.k = k, a.label = label;
  const expr x = put(g, &input_def, nullptr, 0, a, {});
  if (x.id >= 0) g.inputs.push_back(x.id);
  return x;
}

template <text Name, kind Kind, class... A> struct arg_t {
  using traced = expr;
  static constexpr std::string_view name = Name.view();
  constexpr expr make(builder& g) const {
    if constexpr (Name.view().empty()) {
      if (g.error.empty()) g.error << "arg: a name can't be empty";
      return {&g, -1};
    } else if constexpr (sizeof...(A) > max_rank) {
      if (g.error.empty()) g.error << "arg: a tensor has at most 8 axes, and " << name << " has " << long{sizeof...(A)};
      return {&g, -1};
    } else return input(g, axes(axis_ref(&A::data)...), Kind, Name.view());
  }
  template <class F> void each_name_of(F f) const { f(std::string(name)); }
};
template <text Name, const auto& Schema> struct params_t {
  using traced = rebind_t<decltype(Schema), expr>;
  static constexpr std::string_view name = Name.view();
  constexpr traced make(builder& g) const {
    traced t{};
    each_leaf([&](const axes& ax, expr& e) { e = input(g, ax, real, Name.view()); }, Schema, t);
    return t;
  }
  template <class F> void each_name_of(F f) const {
    each_name([&](const std::string& path, const axes&) { f(std::string(name) + "." + path); }, Schema);
  }
};
/// A structure of parameters whose description is only known while the program runs (a depth given by a flag).
template <class Schema> struct run_time_params {
  using traced = rebind_t<Schema, expr>;
  std::string name;
  Schema schema;
  traced make(builder& g) const {
    traced t = reshaped<expr>(schema);
    each_leaf([&](const axes& ax, expr& e) { e = input(g, ax, real, name); }, schema, t);
    return t;
  }
  template <class F> void each_name_of(F f) const {
    each_name([&](const std::string& path, const axes&) { f(name + "." + path); }, schema);
  }
};
} // namespace ir

/// An argument of a program: its name, its axes in the order in which messages show them, real by default.
/// `arg<"q">(batch, head, query, d)`, `arg<"doc", integer>(batch, key)`, `arg<"mask", boolean>(query, key)`.
template <text Name, kind Kind = real, class... A>
  requires(std::convertible_to<A, axis_ref> && ...)
constexpr ir::arg_t<Name, Kind, std::remove_const_t<A>...> arg(A...) {
  return {};
}

/// A whole structure of real arguments, described by a static object of the same structure with `axes` for leaves.
template <text Name, const auto& Schema> inline constexpr ir::params_t<Name, Schema> params{};
} // namespace weft
