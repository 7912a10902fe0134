// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/log_reduction.hpp>

namespace weft::math {

/// The natural logarithm, see log_reduction.hpp; subnormal arguments count. Within 0.9 ulp (float), 0.9 (double); -inf
/// at 0 and -0, NaN below, inf at inf, +0 at 1.
template <real V>
[[gnu::always_inline]] constexpr V log(V x) {
  using T = scalar_of<V>;
  constexpr int lift = fraction_bits<T> + 1;
  const auto subnormal = x < std::numeric_limits<T>::min();
  const auto [biased, significand, exponent] = split_for_log(select(subnormal, x * T(bits_of<T>{1} << lift), x));
  const V y = log_from_parts(select(subnormal, exponent - T(lift), exponent), significand - 1);
  return select(x > T(0), select(x < infinity<T>, y, x), select(x == T(0), -infinity<T>, broadcast<V>(nan<T>)));
}

} // namespace weft::math
