// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/program.hpp>
#include <weft/trace/mistaken.hpp>
#include <weft/trace/signature.hpp>

namespace weft {
namespace ir {
struct compiling {
  static constexpr std::string_view name = "compile";
  static constexpr bool takes_vectors = false; // a program's type says how many results it has
};
template <class Fn, class... A> constexpr auto compile_as() {
  if constexpr (!signature_fits<compiling, function_t<Fn>, A...>())
    return refuse_signature<compiling, function_t<Fn>, A...>();
  else if constexpr (graph_of<Fn, A...>::room == 0) return mistaken_program<result_t<Fn, A...>>{};
  else if constexpr (!graph_of<Fn, A...>::graph().error.empty()) {
    using said [[maybe_unused]] = decltype(refuse<graph_of<Fn, A...>::graph().error>());
    return mistaken_program<result_t<Fn, A...>>{};
  } else return program<Fn, A...>{};
}
} // namespace ir

/// Traces a function while compiling and gives it as a program: compile(f, arg<"q">(query, d), params<"w", axes_of_w>).
/// f is a lambda without captures, or a transformation of one. A mistake in it is one compile error that says what,
/// where and what to do.
template <class F, class... A> constexpr auto compile(F, A...) {
  if constexpr (std::is_empty_v<F> && std::is_default_constructible_v<F>)
    return ir::compile_as<ir::stateless<F>, A...>();
  else return ir::refuse<ir::captures_message<F>>();
}
/// The same for functions that hold values, and for plain functions: constants with static storage, by name.
template <const auto& F, class... A> constexpr auto compile(A...) { return ir::compile_as<ir::by_name<F>, A...>(); }
} // namespace weft
