// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/tensor.hpp>
#include <weft/run/threefry.hpp>

#include <cmath>

/// Filling tensors: `auto q = normal(tensor<float>(query(128), d), 1);`. The numbers depend on nothing but the seed and
/// the row-major position, so they are the same on every machine; a float is the double rounded.
namespace weft {

/// The number at a position of the stream of a seed. Bits: Threefry-2x32 with both 64-bit arguments as word pairs.
double normal_at(std::uint64_t seed, std::uint64_t position);  ///< mean 0, standard deviation 1
double uniform_at(std::uint64_t seed, std::uint64_t position); ///< a multiple of 2^-53 in [0, 1)
/// In [0, count), for count > 0.
std::uint64_t integer_at(std::uint64_t seed, std::uint64_t position, std::uint64_t count);

/// The quantile function of the normal distribution, for 0 < p < 1.
double normal_quantile(double p);

/// Tensors that may be filled: one that has a name is returned by reference, a new one by value.
template <class X>
concept fillable = tensor_like<X> && requires(X& t) {
  { t.data() } -> std::same_as<typename std::remove_cvref_t<X>::value_type*>;
  t.span();
};
template <class X> using element_of = typename std::remove_cvref_t<X>::value_type;

template <fillable X> X fill(X&& t, element_of<X> value) {
  for (auto& x : t) x = value;
  return std::forward<X>(t);
}

/// 0, 1, 2, ... in row-major order.
template <fillable X>
  requires(!std::same_as<element_of<X>, bool>)
X iota(X&& t) {
  for (long i = 0; i < t.size(); i++) t[i] = static_cast<element_of<X>>(i);
  return std::forward<X>(t);
}

/// Independent samples of the normal distribution: mean + stddev * the quantile of a uniform number, element by element
/// in row-major order. An error if stddev is negative or NaN.
template <fillable X>
  requires std::floating_point<element_of<X>>
X normal(X&& t, std::uint64_t seed, double mean = 0, double stddev = 1) {
  if (!(stddev >= 0)) throw error("normal: the standard deviation is ", stddev, "; give 0 or more");
  for (long i = 0; i < t.size(); i++)
    t[i] = static_cast<element_of<X>>(mean + stddev * normal_at(seed, static_cast<std::uint64_t>(i)));
  return std::forward<X>(t);
}

/// In [low, high], where `high` itself comes only from rounding. An error unless low <= high and high - low is finite.
template <fillable X>
  requires std::floating_point<element_of<X>>
X uniform(X&& t, std::uint64_t seed, double low = 0, double high = 1) {
  if (!(low <= high)) throw error("uniform: no x has ", low, " <= x <= ", high, "; give low <= high");
  if (!std::isfinite(high - low)) throw error("uniform: from ", low, " to ", high, " is too far; give finite ends");
  for (long i = 0; i < t.size(); i++)
    t[i] = static_cast<element_of<X>>(low + (high - low) * uniform_at(seed, static_cast<std::uint64_t>(i)));
  return std::forward<X>(t);
}

/// Integers with low <= x < high.
template <fillable X>
  requires(std::integral<element_of<X>> && !std::same_as<element_of<X>, bool>)
X uniform(X&& t, std::uint64_t seed, element_of<X> low, element_of<X> high) {
  if (low >= high) throw error("uniform: no integer x has ", low, " <= x < ", high, "; give low < high");
  const auto from = static_cast<std::uint64_t>(low), count = static_cast<std::uint64_t>(high) - from;
  for (long i = 0; i < t.size(); i++)
    t[i] = static_cast<element_of<X>>(from + integer_at(seed, static_cast<std::uint64_t>(i), count));
  return std::forward<X>(t);
}
} // namespace weft
