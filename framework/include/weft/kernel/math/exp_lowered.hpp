// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/exp2.hpp>

namespace weft::math {

/// exp(x) = 2^(x log2(e)) for values from which their largest was taken, with fewer instructions than exp. Within
/// 1.3 + |x| / 4 ulp, where a rounding of x alone may cost |x|; without fma 1.3 + 5/4 |x|. exp(0) = 1; results below
/// the smallest normal may be 0 and are 0 from -88 (float), -709 (double) down; inf from 88.4, 709.5 on, inf included.
template <real V>
[[gnu::always_inline]] constexpr V exp_lowered(V x) {
  using T = scalar_of<V>;
  constexpr T log2_e = T(1.44269504088896340736);
  constexpr T magic = nearest_integer_magic<T> + exponent_bias<T>; // 2^n are the low bits of a sum with it, shifted
  const V limited = at_most(at_least(x, by_precision<T>(-88.f, -709.)), by_precision<T>(88.7f, 709.7));
  const V shifted = mul_add(limited, log2_e, magic);
  const V fraction = mul_add(limited, log2_e, magic - shifted);
  return exp2_of_fraction(fraction) * bits_as<V>(to_bits(shifted) << fraction_bits<T>);
}

} // namespace weft::math
