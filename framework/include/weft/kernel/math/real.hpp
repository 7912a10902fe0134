// SPDX-License-Identifier: BSL-1.0
/// Real types bit by bit: what reductions need to split a number into exponent and fraction and to build it again.
#pragma once

#include <concepts>
#include <limits>

#include <weft/kernel/packet.hpp>

namespace weft::math {

/// float, double, or a packet of them: what every function here is defined on.
template <class V>
concept real = std::same_as<scalar_of<V>, float> || std::same_as<scalar_of<V>, double>;

/// One of two constants or coefficient lists, by the precision of T.
template <class T, class Single, class Double>
consteval auto by_precision(Single single_precision, Double double_precision) {
  if constexpr (std::same_as<T, float>) return single_precision;
  else return double_precision;
}

/// Unsigned integers as wide as V's lanes, where sums may wrap and shifts bring in zeros.
template <class V> using bits_of = with_lanes<V, std::make_unsigned_t<lane_int<scalar_of<V>>>>;

template <class T> inline constexpr T infinity = std::numeric_limits<T>::infinity();
template <class T> inline constexpr T nan = std::numeric_limits<T>::quiet_NaN();

template <class T> inline constexpr int fraction_bits = std::numeric_limits<T>::digits - 1;
template <class T> inline constexpr int exponent_bias = std::numeric_limits<T>::max_exponent - 1;
template <class T> inline constexpr bits_of<T> fraction_mask = ~(~bits_of<T>{0} << fraction_bits<T>);
template <class T> inline constexpr bits_of<T> sign_mask = ~(~bits_of<T>{0} >> 1);

/// 2^fraction_bits: from here on a real is an integer, and x + c - c drops the fraction of a smaller x.
template <class T> inline constexpr T first_integral = T(bits_of<T>{1} << fraction_bits<T>);

template <real V>
[[gnu::always_inline]] constexpr bits_of<V> to_bits(V x) {
  return bits_as<bits_of<V>>(x);
}

/// 2^n for a normal result. Only the low bits of n count, so it may be the bits of a sum with nearest_integer_magic.
template <real V>
[[gnu::always_inline]] constexpr V power_of_two(bits_of<V> n) {
  using T = scalar_of<V>;
  return bits_as<V>((n + exponent_bias<T>) << fraction_bits<T>);
}

/// x + magic rounds x to an integer n, held in the low bits of the sum; subtracting magic again gives n as a real.
/// Holds for |x| < 2^(fraction_bits - 1).
template <class T> inline constexpr T nearest_integer_magic = T(1.5) * first_integral<T>;

} // namespace weft::math
