// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/abs.hpp>
#include <weft/kernel/math/log_reduction.hpp>

namespace weft::math {

/// log(1 + x) without losing small x: the rounding error of 1 + x is computed and added to the reduced argument, see
/// log_reduction.hpp. Within 1.5 ulp (float), 1.5 (double); a subnormal may lose its last digit; -inf at -1, NaN below,
/// inf at inf, keeps -0.
template <real V>
[[gnu::always_inline]] constexpr V log1p(V x) {
  using T = scalar_of<V>;
  const V sum = 1 + x;
  const V back = sum - 1;
  const V lost = (x - back) + (1 - (sum - back));
  const auto [biased, significand, exponent] = split_for_log(sum);
  // lost * 2^-exponent by way of 2^(1 - exponent), which no exponent takes out of range.
  const V scale = bits_as<V>((2 * exponent_bias<T> + 1 - biased) << fraction_bits<T>);
  const V y = log_from_parts(exponent, mul_add(T(0.5) * lost, scale, significand - 1));
  return select(x > T(-1), select(x < infinity<T>, keep_sign(y, x), x),
                select(x == T(-1), -infinity<T>, broadcast<V>(nan<T>)));
}

} // namespace weft::math
