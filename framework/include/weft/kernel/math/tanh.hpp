// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/abs.hpp>
#include <weft/kernel/math/exp_reduction.hpp>

namespace weft::math {

/// x + x^3 P(x^2) / Q(x^2) below 5/8 (after Cephes), 1 - 2 / (exp(2|x|) + 1) above: the quotient is always the smaller
/// term, and one division serves both. P and Q of degrees 1 and 1 (float: 2^-27), 2 and 3 (double: 2^-60), minimax by
/// the Remez exchange. Within 1.4 ulp (float), 1.4 (double); 1 at inf; keeps -0.
template <real V>
[[gnu::always_inline]] constexpr V tanh(V x) {
  using T = scalar_of<V>;
  constexpr auto p = by_precision<T>(std::array{-0.333333075f, -0.00154156773f},
                                     std::array{-0.33333333333333326, -0.020496785853783971, -0.00019908889856586041});
  constexpr auto q = by_precision<T>(std::array{1.f, 0.404612273f},
                                     std::array{1., 0.46149035756133683, 0.023288647815729365, 0.00020643827037880732});
  const V a = abs(x);
  const V square = a * a;
  const V limited = at_most(a, T(20));
  const auto small = a < T(0.625);
  const V numerator = select(small, a * square * polynomial(square, p), T(-2));
  const V denominator = select(small, polynomial(square, q), exp_in_range(2 * limited) + 1);
  return keep_sign(select(small, a, T(1)) + numerator / denominator, x);
}

} // namespace weft::math
