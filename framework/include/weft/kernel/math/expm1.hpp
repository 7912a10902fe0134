// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/abs.hpp>
#include <weft/kernel/math/exp_reduction.hpp>

namespace weft::math {

/// exp(x) - 1 = 2^n expm1(r) + (2^n - 1), see exp_reduction.hpp: no cancellation near 0, where n = 0 and r = x. Halved
/// inside, so that 2^n cannot overflow before the result does. Within 1.9 ulp (float), 1.8 (double); a subnormal may
/// lose its last digit; -1 at -inf; keeps -0.
template <real V>
[[gnu::always_inline]] constexpr V expm1(V x) {
  using T = scalar_of<V>;
  constexpr T saturated = by_precision<T>(-18.f, -38.); // from here down -1 to the last bit
  const auto [n, r, lost] = reduce_for_exp(at_least(x, saturated));
  const V half_scale = power_of_two<V>(n - 1);
  const V y = 2 * mul_add(half_scale, expm1_exact(r, lost), half_scale - T(0.5));
  return select(x <= exp_highest<T>, keep_sign(y, x), x + infinity<T>);
}

} // namespace weft::math
