// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/quarter_turn.hpp>

namespace weft::math {

/// The sine of x radians, see quarter_turn.hpp. Within 1.6 ulp (float), 1.6 (double) up to |x| = 1e5 (float) and 1e9
/// (double), beside multiples of pi/2 too; lanes beyond that go to the C library. NaN at +-inf; keeps -0.
template <real V>
[[gnu::always_inline]] constexpr V sin(V x) {
  return beyond_limit(x, sin_turned(x, 0), [](auto lane) {
    if constexpr (std::same_as<decltype(lane), float>) return __builtin_sinf(lane);
    else return __builtin_sin(lane);
  });
}

} // namespace weft::math
