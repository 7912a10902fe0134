// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/exp_reduction.hpp>

namespace weft::math {

/// exp(x) = 2^n (1 + expm1(r)), see exp_reduction.hpp. Within 1.1 ulp (float), 1.1 (double); results below the smallest
/// normal are flushed to 0; inf from the overflow threshold on; exp(-inf) = 0.
template <real V>
[[gnu::always_inline]] constexpr V exp(V x) {
  using T = scalar_of<V>;
  const auto [n, r, lost] = reduce_for_exp(x);
  const V scaled = 1 + mul_add(r * r, expm1_tail(r), r);
  // Adding to the exponent field reaches n = max_exponent, which power_of_two cannot express.
  const V y = bits_as<V>(to_bits(scaled) + (n << fraction_bits<T>));
  return select(x < exp_lowest<T>, T(0), select(x <= exp_highest<T>, y, x + infinity<T>));
}

} // namespace weft::math
