// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/sqrt.hpp>

namespace weft::math {

/// 1 / sqrt(x): two correctly rounded steps, hence within 1.5 ulp (float), 1.5 (double). inf at 0 (-inf at -0), 0 at
/// inf, NaN below 0.
template <real V>
[[gnu::always_inline]] constexpr V rsqrt(V x) {
  return 1 / sqrt(x);
}

} // namespace weft::math
