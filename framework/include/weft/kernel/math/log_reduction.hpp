// SPDX-License-Identifier: BSL-1.0
/// log after FreeBSD's msun (e_log.c): x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), so that
/// log(x) = e ln 2 + log(1 + f), where log(1 + f) = f - f^2/2 + s (f^2/2 + s^2 R(s^2)) and s = f / (2 + f).
#pragma once

#include <weft/kernel/math/ln2.hpp>
#include <weft/kernel/math/polynomial.hpp>

namespace weft::math {

template <real V>
struct log_parts {
  bits_of<V> biased_exponent;
  V significand; ///< in [sqrt(1/2), sqrt(2))
  V exponent;
};

/// x = 2^exponent * significand for a positive normal x.
template <real V>
[[gnu::always_inline]] constexpr log_parts<V> split_for_log(V x) {
  using T = scalar_of<V>;
  constexpr bits_of<T> sqrt_half = to_bits(T(0.70710678118654752440));
  const bits_of<V> moved = to_bits(x) + (to_bits(T(1)) - sqrt_half);
  const bits_of<V> biased = moved >> fraction_bits<T>;
  // An integer below 2^fraction_bits becomes a real by writing it into the fraction of 2^fraction_bits.
  const V exponent = bits_as<V>(biased | to_bits(first_integral<T>)) - (first_integral<T> + T(exponent_bias<T>));
  return {biased, bits_as<V>((moved & fraction_mask<T>)+sqrt_half), exponent};
}

/// e ln 2 + log(1 + f), with R of degree 2 (float: 2^-30 of the logarithm) and 6 (double: 2^-59), minimax by the Remez
/// exchange.
template <real V>
[[gnu::always_inline]] constexpr V log_from_parts(V e, V f) {
  using T = scalar_of<V>;
  constexpr auto c =
      by_precision<T>(std::array{0.666667759f, 0.399775416f, 0.29871729f},
                      std::array{0.6666666666666734, 0.39999999999414687, 0.28571428742385957, 0.22222198573340532,
                                 0.18183564318222634, 0.15314050754319156, 0.14795947660891443});
  const V s = f / (2 + f);
  const V z = s * s;
  const V half_square = T(0.5) * f * f;
  const V correction = mul_add(e, ln2_low<T>, s * mul_add(z, polynomial(z, c), half_square));
  return mul_add(e, ln2_high<T>, f - (half_square - correction));
}

} // namespace weft::math
