// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/abs.hpp>
#include <weft/kernel/math/exp_reduction.hpp>

namespace weft::math {

/// P(x^2) = erf(x) / x - 1 for |x| <= 1, of degree 5 (float: 2^-24.6 of erf) and 11 (double: 2^-57), minimax by the
/// Remez exchange.
template <real V>
[[gnu::always_inline]] constexpr V erf_factor(V square) {
  constexpr auto p = by_precision<scalar_of<V>>(
      std::array{0.128379121f, -0.37612325f, 0.112801798f, -0.0267113112f, 0.00491755176f, -0.000563142297f},
      std::array{0.12837916709551256, -0.37612638903183521, 0.11283791670944185, -0.026866170643111465,
                 0.0052239776061184396, -0.00085483259293133048, 0.00012055293576889376, -1.4924712302285218e-05,
                 1.6447131580082759e-06, -1.6206313859999103e-07, 1.3710980952796773e-08, -7.7794696881966417e-10});
  return polynomial(square, p);
}

/// erf(x) = 2/sqrt(pi) int_0^x exp(-t^2) dt: below 1 as x + x P(x^2); above as 1 - exp(-x^2)
/// A(x) / B(x), where A / B stands for erfc(x) exp(x^2), of degrees 2 and 2 (float: 2^-26 of erf), 5 and 6 (double:
/// 2^-59), minimax by the Remez exchange. Within 2.0 ulp (float), 1.6 (double); 1
/// at inf; keeps -0.
template <real V>
[[gnu::always_inline]] constexpr V erf(V x) {
  using T = scalar_of<V>;
  constexpr auto a = by_precision<T>(std::array{0.993507028f, 0.41326952f, 0.00334506948f},
                                     std::array{0.99999988698687858, 1.3905902212523082, 0.94953630317116122,
                                                0.37360834154773781, 0.084351706667882845, 0.0089307232880592065});
  constexpr auto b = by_precision<T>(std::array{1.f, 1.50638187f, 0.791503727f},
                                     std::array{1., 2.518968197778543, 2.7918935211413691, 1.7571882612377907,
                                                0.67017770765835427, 0.14950560213905686, 0.015829417343050253});
  constexpr T saturated = by_precision<T>(4.f, 5.95); // from here up 1 to the last bit
  const V magnitude = abs(x);
  const V limited = at_most(magnitude, saturated);
  const V square = limited * limited;
  const V small = mul_add(limited, erf_factor(square), limited);
  const V large = 1 - exp_in_range(-square) * polynomial(limited, a) / polynomial(limited, b);
  return keep_sign(select(limited < T(1), small, large), x);
}

} // namespace weft::math
