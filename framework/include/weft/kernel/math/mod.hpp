// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/double_word.hpp>
#include <weft/kernel/math/floor.hpp>

namespace weft::math {

/// mod of numbers by the C library's fmod, which is exact whatever the quotient.
template <class T>
[[gnu::noinline]] constexpr T mod_by_library(T x, T y) {
  T r;
  if constexpr (std::same_as<T, float>) r = __builtin_fmodf(x, y);
  else r = __builtin_fmod(x, y);
  if (r == 0) return __builtin_copysign(T(0), y);
  return (r < 0) == (y < 0) ? r : r + y;
}

/// x - y floor(x / y): the remainder with the sign of the divisor, as in Python; a remainder 0 has that sign too. Right
/// to 0.5 ulp; exact unless the signs of x and y differ and |x| < |y|, where it is x + y rounded. NaN for y = 0 and for
/// an infinite x; for an infinite y, x if the signs agree and y if not. Lanes with a quotient beyond 2^(digits / 2) or
/// a very large or small divisor go to the C library.
template <real V>
[[gnu::always_inline]] constexpr V mod(V x, V y) {
  using T = scalar_of<V>;
  constexpr T quotients = T(bits_of<T>{1} << (fraction_bits<T> / 2)), largest = by_precision<T>(0x1p100f, 0x1p900);
  const V q = floor(x / y);
  const auto back = exact_product(q, y);
  V r = (x - back.high) - back.low;
  r = select((r != 0) & ((r < 0) != (y < 0)), r + y, r); // x / y was rounded up to an integer
  r = select(r == 0, keep_sign(V{}, y), r);
  const V count = abs(q), size = abs(y);
  const auto simple = (count <= quotients) & (size <= largest) & (size >= 1 / largest);
  if (!any(simple == 0)) return r;
  if constexpr (is_packet<V>) {
    for (int lane = 0; lane < lanes<T>; ++lane)
      if (!simple[lane]) r[lane] = mod_by_library(T(x[lane]), T(y[lane]));
    return r;
  } else {
    return mod_by_library(x, y);
  }
}

} // namespace weft::math
