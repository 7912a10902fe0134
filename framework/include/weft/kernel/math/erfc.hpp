// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/double_word.hpp>
#include <weft/kernel/math/erf.hpp>

namespace weft::math {

/// erfc(x) = 1 - erf(x), without cancellation: below 1/2 as 1 - (x + x P(x^2)), see erf.hpp; above as exp(-x^2) F(t) /
/// (1 + 2x), where F stands for (1 + 2x) exp(x^2) erfc(x), which stays between 1 and 1.23, and t = (x - 4) / (x + 4)
/// (Shepherd and Laframboise 1981). F has degree 9 (float: 2^-27) and 22 (double: 2^-55.9), by interpolation at
/// Chebyshev's points. x^2, the exponential and the quotient are double words, or x^2 alone would cost 2^10 ulp. Within
/// 1.3 ulp (float), 1.2 (double); 2 at -inf, 0 at inf; results below the smallest normal are flushed to 0.
template <real V>
[[gnu::always_inline]] constexpr V erfc(V x) {
  using T = scalar_of<V>;
  constexpr auto f = by_precision<T>(
      std::array{0.23299512f, -0.13962111f, 0.015379766f, 0.06809612f, -0.10104231f, 0.09375352f, -0.0662871f,
                 0.03702296f, -0.01648978f, 0.0053176116f},
      std::array{0.2329951186255525,     -0.13962111684056247,    0.015379652102619738,    0.06809705425468811,
                 -0.10103906603630276,   0.09373283499854561,     -0.06633036581228542,    0.03716751553362447,
                 -0.016197734056599043,  0.00503197001993323,     -0.0007577732999271042,  -0.00019925697186660404,
                 0.00015062174088354387, -2.4398040215702936e-05, -1.1222270765018649e-05, 5.706468849233111e-06,
                 2.943872368687271e-07,  -8.194907257298113e-07,  7.378117568618755e-08,   1.0325703213719335e-07,
                 -1.722164698485446e-08, -9.657059960355411e-09,  1.5986093958696034e-09});
  constexpr T highest = by_precision<T>(0x1.2639bep+3f, 0x1.a8b12fc6e4891p+4); // erfc of it is the smallest normal
  const V a = abs(x);
  const V size = at_most(a, highest);

  const auto square = exact_product(size, size);
  const auto [n, rounded, lost] = reduce_for_exp(-square.high);
  const auto r = ordered_sum(rounded, lost - square.low);
  const auto exponential = ordered_sum(broadcast<V>(T(1)), expm1_exact(r.high, r.low));
  const auto factor = ordered_sum(broadcast<V>(T(1)), polynomial((size - 4) / (size + 4), f));
  const auto numerator = product(exponential, factor);
  const auto denominator = exact_sum(2 * size, broadcast<V>(T(1)));
  const V inverse = 1 / denominator.high;
  const V quotient = numerator.high * inverse;
  const auto back = exact_product(quotient, denominator.high);
  const V remainder = ((numerator.high - back.high) - back.low) + (numerator.low - quotient * denominator.low);
  const V large = mul_add(remainder, inverse, quotient) * power_of_two<V>(n);

  const auto rest = exact_sum(broadcast<V>(T(1)), -x);
  const V small = rest.high + (rest.low - x * erf_factor(x * x));
  const V y = select(a < T(0.5), small, select(x < T(0), 2 - large, large));
  return select(x > highest, T(0), y);
}

} // namespace weft::math
