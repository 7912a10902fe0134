// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/polynomial.hpp>

namespace weft::math {

/// 2^f for |f| <= 1/2, exactly 1 at 0, of degree 6 (float: 2^-28.9) and 11 (double: 2^-58), minimax for the relative
/// error by the Remez exchange.
template <real V>
[[gnu::always_inline]] constexpr V exp2_of_fraction(V f) {
  constexpr auto p = by_precision<scalar_of<V>>(
      std::array{1.f, 0.693147182f, 0.240226477f, 0.0555033237f, 0.00961843785f, 0.00133988739f, 0.000153533547f},
      std::array{1., 0.69314718055994529, 0.2402265069591013, 0.055504108664820084, 0.0096181291075941137,
                 0.0013333558146774358, 0.00015403530457118914, 1.5252733493338322e-05, 1.3215435279282266e-06,
                 1.0178199494407633e-07, 7.0737837171739312e-09, 4.434781923860548e-10});
  return polynomial(f, p);
}

/// 2^x = 2^n 2^(x - n), n the nearest integer. Within 1.3 ulp (float), 1.3 (double); exact at integers; results below
/// the smallest normal are flushed to 0; inf from the overflow threshold on; exp2(-inf) = 0.
template <real V>
[[gnu::always_inline]] constexpr V exp2(V x) {
  using T = scalar_of<V>;
  constexpr T magic = nearest_integer_magic<T>;
  const V shifted = x + magic;
  const V fraction = x - (shifted - magic);
  const V y = bits_as<V>(to_bits(exp2_of_fraction(fraction)) + (to_bits(shifted) << fraction_bits<T>));
  return select(x < T(1 - exponent_bias<T>), T(0), select(x < T(exponent_bias<T> + 1), y, x + infinity<T>));
}

} // namespace weft::math
