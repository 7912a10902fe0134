// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/abs.hpp>
#include <weft/kernel/math/double_word.hpp>
#include <weft/kernel/math/exp_reduction.hpp>
#include <weft/kernel/math/log_reduction.hpp>
#include <weft/kernel/math/round.hpp>

namespace weft::math {

/// log(x) to about 12 bits more than x has, for 0 < x < inf: y log(x) may be 700, and the last bit of 1 still counts
/// there. With x = 2^e m and s = (m - 1) / (m + 1) it is e ln 2 + 2s + s^3 (2/3 + s^2 Q(s^2)), in double words but for
/// Q, which has degree 2 (float: 2^-37 of the logarithm) and 6 (double: 2^-66), minimax by the Remez exchange.
template <real V>
[[gnu::always_inline]] constexpr double_word<V> long_log(V x) {
  using T = scalar_of<V>;
  constexpr auto q =
      by_precision<T>(std::array{0.400001526f, 0.28547135f, 0.234185755f},
                      std::array{0.40000000000002256, 0.28571428570100055, 0.22222222519826254, 0.18181784376422064,
                                 0.15386756868440568, 0.13256829240569726, 0.13196216013151507});
  constexpr T two_thirds = by_precision<T>(0x1.555556p-1f, 0x1.5555555555555p-1);
  constexpr T two_thirds_low = by_precision<T>(-0x1.555556p-26f, 0x1.5555555555555p-55);
  constexpr int lift = fraction_bits<T> + 1;
  const auto subnormal = x < std::numeric_limits<T>::min();
  const auto [biased, m, lifted] = split_for_log(select(subnormal, x * T(bits_of<T>{1} << lift), x));
  const V e = select(subnormal, lifted - T(lift), lifted);

  const V f = m - 1;
  const auto denominator = exact_sum(m, broadcast<V>(T(1)));
  const V s_high = f / denominator.high;
  const auto back = exact_product(s_high, denominator.high);
  const V remainder = ((f - back.high) - back.low) - s_high * denominator.low;
  const double_word<V> s{s_high, remainder / denominator.high};
  const auto square = product(s, s);
  auto cubic = ordered_sum(broadcast<V>(two_thirds), square.high * polynomial(square.high, q));
  cubic.low += two_thirds_low;
  const auto tail = product(product(s, square), cubic);
  const auto log_m = ordered_sum(2 * s.high, tail.high);
  const auto sum = ordered_sum(e * ln2_high<T>, log_m.high);
  return ordered_sum(sum.high, mul_add(e, ln2_low<T>, sum.low + (log_m.low + (2 * s.low + tail.low))));
}

/// exp(x.high + x.low); overflows to inf and underflows gradually.
template <real V>
[[gnu::always_inline]] constexpr V exp_of_double_word(double_word<V> x) {
  using T = scalar_of<V>;
  constexpr T limit = by_precision<T>(115.f, 750.); // from here out 0 and inf for sure
  const auto outside = abs(x.high) > limit;
  const V high = select(outside, keep_sign(broadcast<V>(limit), x.high), x.high);
  const auto [n, rounded, lost] = reduce_for_exp(high);
  const auto r = ordered_sum(rounded, lost + select(outside, T(0), x.low));
  // Scaled in two steps: the first stays in the normal range, the second may leave it.
  const auto grows = high > T(0);
  const bits_of<V> part = select(grows, broadcast<bits_of<V>>(64), -bits_of<T>{64});
  const V scaled = (1 + expm1_exact(r.high, r.low)) * power_of_two<V>(n - part);
  return scaled * select(grows, broadcast<V>(T(0x1p64)), T(0x1p-64));
}

/// x^y = exp(y log|x|) with a double-word logarithm. Within 1.1 ulp (float), 1.1 (double), subnormal results included.
/// Zeros, infinities, NaN and negative x as in C (Annex F): NaN for x < 0 unless y is an integer, 1 for y = 0 or x = 1
/// whatever the other is.
template <real V>
constexpr V pow(V x, V y) {
  using T = scalar_of<V>;
  constexpr T huge = by_precision<T>(0x1p32f, 0x1p64); // a y beyond this gives 0, 1 or inf, like this
  const V base = abs(x);
  const V exponent = select(abs(y) > huge, keep_sign(broadcast<V>(huge), y), y);
  const auto log_base = long_log(base);
  auto power = exact_product(exponent, log_base.high);
  power.low = mul_add(exponent, log_base.low, power.low);
  V result = exp_of_double_word(power);
  const V extreme = select((base > T(1)) ^ (y > T(0)), broadcast<V>(T(0)), infinity<T>);
  result = select((base == T(0)) | (base == infinity<T>), extreme, result);

  const V half = T(0.5) * y;
  const auto fractional = round(y) != y;
  const auto half_fractional = round(half) != half;
  const auto odd = half_fractional & (fractional == 0);
  const auto below_zero = (x < T(0)) & (x > -infinity<T>);
  result = bits_as<V>(to_bits(result) | select(odd, to_bits(x) & sign_mask<T>, bits_of<T>{0}));
  result = select((below_zero & fractional) | (x != x) | (y != y), nan<T>, result);
  return select((y == T(0)) | (x == T(1)), T(1), result);
}

} // namespace weft::math
