// SPDX-License-Identifier: BSL-1.0
/// sin and cos after Cody and Waite: x = n pi/2 + r with |r| <= pi/4, so that either is +-sin(r) or +-cos(r), by n
/// mod 4.
#pragma once

#include <weft/kernel/math/abs.hpp>
#include <weft/kernel/math/polynomial.hpp>

namespace weft::math {

/// pi/2 in pieces so short that n times a piece is exact for |x| up to quarter_turn_limit; with fused products only the
/// difference has to be, and the pieces may be full.
template <class T> inline constexpr auto half_pi_pieces = [] {
  if constexpr (has_fma)
    return by_precision<T>(std::array{0x1.921fb4p+0f, 0x1.4442d0p-24f, 0x1.84698ap-48f},
                           std::array{0x1.921fb54442d18p+0, 0x1.1a62633145c06p-54, 0x1.c1cd129024e09p-107});
  else
    return by_precision<T>(
        std::array{0x1.92p+0f, 0x1.fap-12f, 0x1.54p-20f, 0x1.10p-30f, 0x1.68p-39f, 0x1.84p-48f, 0x1.a62634p-58f},
        std::array{0x1.921fb4p+0, 0x1.4442dp-24, 0x1.846988p-48, 0x1.8cc514p-72, 0x1.80dc1cp-95,
                   0x1.a252049c1114dp-120});
}();

template <class T> inline constexpr T quarter_turn_limit = by_precision<T>(1e5f, 1e9);

/// sin(x + quarters * pi/2) for |x| <= quarter_turn_limit, by r + r^3 S(r^2) with S of degree 2 (float: 2^-28) and 5
/// (double: 2^-58) and by 1 - r^2/2 + r^4 C(r^2) with C of degree 2 (float: 2^-33) and 5 (double: 2^-64), minimax for
/// the relative error by the Remez exchange.
template <real V>
[[gnu::always_inline]] constexpr V sin_turned(V x, unsigned quarters) {
  using T = scalar_of<V>;
  constexpr auto s =
      by_precision<T>(std::array{-0.166666552f, 0.00833217613f, -0.000195169778f},
                      std::array{-0.16666666666666632, 0.0083333333333223698, -0.00019841269829770934,
                                 2.7557313678593028e-06, -2.505075595122721e-08, 1.5896665977499563e-10});
  constexpr auto c =
      by_precision<T>(std::array{0.0416666456f, -0.0013887313f, 2.44327857e-05f},
                      std::array{0.041666666666666595, -0.0013888888888872975, 2.4801587288800116e-05,
                                 -2.7557314164001681e-07, 2.0875698711860836e-09, -1.1358423684877186e-11});
  constexpr T magic = nearest_integer_magic<T>;
  const V shifted = mul_add(x, T(0.63661977236758134308), magic);
  const V n = shifted - magic;
  V r = x, lost{};
  for (T piece : half_pi_pieces<T>) {
    const V next = mul_add(n, -piece, r);
    if constexpr (!has_fma) lost += mul_add(n, -piece, r - next); // so many pieces would add up their roundings
    r = next;
  }
  if constexpr (!has_fma) r = keep_sign(r + lost, r);
  const V z = r * r;
  const V sine = keep_sign(mul_add(r * z, polynomial(z, s), r), r);
  const V cosine = mul_add(z, mul_add(z, polynomial(z, c), T(-0.5)), T(1));
  const bits_of<V> turns = to_bits(shifted) + quarters;
  const bits_of<V> sign = (turns << (8 * int(sizeof(T)) - 2)) & sign_mask<T>;
  return bits_as<V>(to_bits(select((turns & 1) == 0, sine, cosine)) ^ sign);
}

/// y, with the lanes where |x| is beyond the limit computed by the C library.
template <real V, class Scalar>
[[gnu::always_inline]] constexpr V beyond_limit(V x, V y, Scalar library) {
  using T = scalar_of<V>;
  if (!any(abs(x) > quarter_turn_limit<T>)) return y;
  if constexpr (is_packet<V>) {
    for (int lane = 0; lane < lanes<T>; ++lane) y[lane] = beyond_limit(T(x[lane]), T(y[lane]), library);
    return y;
  } else {
    return library(x);
  }
}

} // namespace weft::math
