// SPDX-License-Identifier: BSL-1.0
/// c[0] + c[1] x + c[2] x^2 + ... by Horner's rule, one mul_add a degree.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include <weft/kernel/math/real.hpp>

namespace weft::math {

template <real V, std::size_t Size>
[[gnu::always_inline]] constexpr V polynomial(V x, const std::array<scalar_of<V>, Size>& c) {
  V sum = broadcast<V>(c[Size - 1]);
  [&]<std::size_t... Step>(std::index_sequence<Step...>) {
    ((sum = mul_add(sum, x, c[Size - 2 - Step])), ...);
  }(std::make_index_sequence<Size - 1>{});
  return sum;
}

} // namespace weft::math
