// SPDX-License-Identifier: BSL-1.0
/// A real as the unevaluated sum of two, for twice the digits where a rounding error would be amplified (Dekker 1971).
#pragma once

#include <weft/kernel/math/real.hpp>

namespace weft::math {

template <real V>
struct double_word {
  V high;
  V low;
};

/// a + b exactly, where |a| >= |b| or a = 0.
template <real V>
[[gnu::always_inline]] constexpr double_word<V> ordered_sum(V a, V b) {
  const V high = a + b;
  return {high, b - (high - a)};
}

/// a + b exactly.
template <real V>
[[gnu::always_inline]] constexpr double_word<V> exact_sum(V a, V b) {
  const V high = a + b;
  const V b_part = high - a;
  return {high, (a - (high - b_part)) + (b - b_part)};
}

/// a * b exactly, short of overflow and underflow. Without fused products by cutting both factors in halves.
template <real V>
[[gnu::always_inline]] constexpr double_word<V> exact_product(V a, V b) {
  using T = scalar_of<V>;
  const V high = a * b;
  if (has_fma && !std::is_constant_evaluated()) return {high, mul_add(a, b, -high)};
  constexpr T cut = T(bits_of<T>{1} << ((fraction_bits<T> + 2) / 2)) + 1;
  const V a_high = cut * a - (cut * a - a);
  const V b_high = cut * b - (cut * b - b);
  const V a_low = a - a_high;
  const V b_low = b - b_high;
  return {high, ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low};
}

/// a * b to twice the digits, less a few bits.
template <real V>
[[gnu::always_inline]] constexpr double_word<V> product(double_word<V> a, double_word<V> b) {
  const auto [high, low] = exact_product(a.high, b.high);
  return {high, low + (a.high * b.low + a.low * b.high)};
}

} // namespace weft::math
