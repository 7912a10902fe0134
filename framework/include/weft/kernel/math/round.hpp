// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/abs.hpp>

namespace weft::math {

/// The nearest integer, halves to the even one; exact. Keeps -0, infinities and NaN.
template <real V>
[[gnu::always_inline]] constexpr V round(V x) {
  constexpr auto big = first_integral<scalar_of<V>>;
  const V a = abs(x);
  return select(a < big, keep_sign((a + big) - big, x), x);
}

} // namespace weft::math
