// SPDX-License-Identifier: BSL-1.0
/// exp after Cody and Waite: x = n ln 2 + r with |r| <= ln(2)/2, so that exp(x) = 2^n (1 + expm1(r)).
#pragma once

#include <weft/kernel/math/ln2.hpp>
#include <weft/kernel/math/polynomial.hpp>

namespace weft::math {

/// exp of these is the largest finite number and the smallest normal one.
template <class T> inline constexpr T exp_highest = by_precision<T>(0x1.62e42ep+6f, 0x1.62e42fefa39efp+9);
template <class T> inline constexpr T exp_lowest = by_precision<T>(-0x1.5d589ep+6f, -0x1.6232bdd7abcd2p+9);

template <real V>
struct exp_parts {
  bits_of<V> n; ///< for power_of_two: its low bits count
  V r;
  V lost; ///< what rounding took from r
};

template <real V>
[[gnu::always_inline]] constexpr exp_parts<V> reduce_for_exp(V x) {
  using T = scalar_of<V>;
  constexpr T magic = nearest_integer_magic<T>;
  const V shifted = mul_add(x, T(1.44269504088896340736), magic);
  const V n = shifted - magic;
  const V high = mul_add(n, -ln2_high<T>, x);
  const V r = mul_add(n, -ln2_low<T>, high);
  return {to_bits(shifted), r, mul_add(n, -ln2_low<T>, high - r)};
}

/// (expm1(r) - r) / r^2 for |r| <= ln(2)/2, of degree 4 (float: 2^-26.2 of expm1) and 9 (double: 2^-55.6), minimax by
/// the Remez exchange.
template <real V>
[[gnu::always_inline]] constexpr V expm1_tail(V r) {
  constexpr auto q = by_precision<scalar_of<V>>(
      std::array{0.5f, 0.166665435f, 0.0416662805f, 0.00836658385f, 0.00139464496f},
      std::array{0.50000000000000056, 0.16666666666666685, 0.041666666666573628, 0.0083333333333145548,
                 0.0013888888932379639, 0.00019841269903107694, 2.4801504444565694e-05, 2.7557227886961986e-06,
                 2.7626327144373554e-07, 2.5114493707508983e-08});
  return polynomial(r, q);
}

/// expm1 of r + lost, without what rounding r cost.
template <real V>
[[gnu::always_inline]] constexpr V expm1_exact(V r, V lost) {
  return r + mul_add(r * r, expm1_tail(r), lost);
}

/// exp(x) where 2^n stays normal, for exp_lowest <= x <= exp_highest - 1; NaN stays NaN.
template <real V>
[[gnu::always_inline]] constexpr V exp_in_range(V x) {
  const auto [n, r, lost] = reduce_for_exp(x);
  return (1 + mul_add(r * r, expm1_tail(r), r)) * power_of_two<V>(n);
}

} // namespace weft::math
