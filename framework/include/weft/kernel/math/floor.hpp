// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/round.hpp>

namespace weft::math {

/// The largest integer not above x; exact. Keeps -0, infinities and NaN.
template <real V>
[[gnu::always_inline]] constexpr V floor(V x) {
  const V nearest = round(x);
  return select(nearest > x, nearest - 1, nearest);
}

} // namespace weft::math
