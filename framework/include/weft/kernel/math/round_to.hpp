// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/abs.hpp>

namespace weft {

/// Formats by the digits of their significands and the exponents of their smallest normal and largest numbers.
struct bfloat16 {
  static constexpr int digits = 8, lowest_exponent = -126, highest_exponent = 127;
};
struct float16 { ///< IEEE 754 binary16
  static constexpr int digits = 11, lowest_exponent = -14, highest_exponent = 15;
};

namespace math {

/// The number of the format F that is nearest to x, halves to the even one; subnormal results are kept, what rounds
/// beyond the largest number becomes infinite (IEEE 754). Exact; keeps -0 and NaN.
template <class F, real V>
[[gnu::always_inline]] constexpr V round_to(V x) {
  using T = scalar_of<V>;
  constexpr int dropped = fraction_bits<T> + 1 - F::digits;
  constexpr bits_of<T> half = bits_of<T>{1} << (dropped - 1);
  // Adding `magic` leaves no digits below the last place of F's subnormal numbers.
  constexpr T smallest = bits_as<T>(bits_of<T>(F::lowest_exponent + exponent_bias<T>) << fraction_bits<T>);
  constexpr T magic = bits_as<T>(bits_of<T>(F::lowest_exponent + exponent_bias<T> + dropped) << fraction_bits<T>);
  constexpr T largest = bits_as<T>((bits_of<T>(F::highest_exponent + exponent_bias<T> + 1) << fraction_bits<T>)-1);
  const V a = abs(x);
  const bits_of<V> bits = to_bits(a);
  const V normal = bits_as<V>((bits + (half - 1) + ((bits >> dropped) & 1)) & ~(2 * half - 1));
  const V rounded = select(a < smallest, (a + magic) - magic, select(normal > largest, infinity<T>, normal));
  return select(x != x, x, keep_sign(rounded, x));
}

} // namespace math
} // namespace weft
