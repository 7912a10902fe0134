// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/real.hpp>

namespace weft::math {

/// |x|, exact; clears the sign bit, also of -0 and NaN.
template <real V>
[[gnu::always_inline]] constexpr V abs(V x) {
  return bits_as<V>(to_bits(x) & ~sign_mask<scalar_of<V>>);
}

/// x with the sign bit set where that of `sign` is: gives an odd function computed on |x| its sign, and keeps -0.
template <real V>
[[gnu::always_inline]] constexpr V keep_sign(V x, V sign) {
  return bits_as<V>(to_bits(x) | (to_bits(sign) & sign_mask<scalar_of<V>>));
}

} // namespace weft::math
