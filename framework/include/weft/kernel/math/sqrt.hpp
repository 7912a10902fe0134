// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/real.hpp>

namespace weft::math {

/// sqrt(x), correctly rounded (IEEE 754); NaN below 0, -0 at -0.
template <real V>
[[gnu::always_inline]] constexpr V sqrt(V x) {
  if constexpr (std::same_as<V, float>) return __builtin_sqrtf(x);
  else if constexpr (std::same_as<V, double>) return __builtin_sqrt(x);
#if defined(__clang__)
  else return __builtin_elementwise_sqrt(x);
#elif defined(__AVX512F__)
  else if constexpr (std::same_as<V, packet<float>>) return __builtin_ia32_sqrtps512_mask(x, x, -1, 4);
  else return __builtin_ia32_sqrtpd512_mask(x, x, -1, 4);
#elif defined(__AVX__)
  else if constexpr (std::same_as<V, packet<float>>) return __builtin_ia32_sqrtps256(x);
  else return __builtin_ia32_sqrtpd256(x);
#elif defined(__SSE2__)
  else if constexpr (std::same_as<V, packet<float>>) return __builtin_ia32_sqrtps(x);
  else return __builtin_ia32_sqrtpd(x);
#else
  else {
    for (int lane = 0; lane < lanes<scalar_of<V>>; ++lane) x[lane] = sqrt(scalar_of<V>(x[lane]));
    return x;
  }
#endif
}

} // namespace weft::math
