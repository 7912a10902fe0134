// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/leaves.hpp>
#include <weft/run/machine.hpp>
#include <weft/trace/refuse.hpp>

#include <string>

namespace weft::ir {

/// A runner of a program with a mistake in it.
template <class Result> struct mistaken_runner {
  const Result& operator()() const;
  const Result& result() const;
  void check_nan(bool = true) const;
  long arena_bytes() const;
  long scratch_bytes() const;
  tile_counts tiles() const;
};

/// What `compile` gives for a function in which there is a mistake, after that was said: a program whose results have
/// the structure of the function's, so that what is done with them is no second error.
template <class Traced> struct mistaken_program : refused_program {
  template <class T> using result = std::conditional_t<leaf_type<Traced>, anything, rebind_t<Traced, tensor<T>>>;
  template <class... X> using result_for = result<precision_of<std::remove_cvref_t<X>...>>;

  template <class... X> result_for<X...> operator()(const X&...) const;
  template <class... X> result_for<X...> reference(const X&...) const;
  template <class... X> result_for<X...> interpreted(const X&...) const;
  template <class... X> result_for<X...> run(policy, const X&...) const;
  template <class... X> mistaken_runner<result_for<X...>> bind(X&&...) const;
  template <class... X> mistaken_runner<result_for<X...>> bind_as(policy, X&...) const;
  template <class... X> std::string explain(const X&...) const;
};
} // namespace weft::ir
