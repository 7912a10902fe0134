// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/general.hpp>

/// Values of any type as the lanes of a program: reals in its precision, integers as wide, booleans as masks.
namespace weft::ir {

/// n elements `step` apart, from element `from` of some memory, as lanes `every` apart.
template <class T>
void gather_lanes(dtype type, const void* memory, long from, long step, long n, T* to, long every) {
  using lane = lane_int<T>;
  with_type(type, [&](auto zero) {
    using S = decltype(zero);
    const S* p = static_cast<const S*>(memory) + from;
    for (long i = 0; i < n; i++) {
      const S v = p[i * step];
      if constexpr (std::is_same_v<S, bool>) to[i * every] = bits_as<T>(static_cast<lane>(v ? -1 : 0));
      else if constexpr (std::is_integral_v<S>) {
        if constexpr (sizeof(S) > sizeof(lane)) to[i * every] = bits_as<T>(narrowed<lane>(v));
        else to[i * every] = bits_as<T>(static_cast<lane>(v));
      } else to[i * every] = static_cast<T>(v);
    }
  });
}
/// The way back.
template <class T>
void scatter_lanes(dtype type, void* memory, long to, long step, long n, const T* from, long every) {
  using lane = lane_int<T>;
  with_type(type, [&](auto zero) {
    using S = decltype(zero);
    S* p = static_cast<S*>(memory) + to;
    for (long i = 0; i < n; i++) {
      const T v = from[i * every];
      if constexpr (std::is_same_v<S, bool>) p[i * step] = bits_as<lane>(v) != 0;
      else if constexpr (std::is_integral_v<S>) p[i * step] = static_cast<S>(bits_as<lane>(v));
      else p[i * step] = static_cast<S>(v);
    }
  });
}
} // namespace weft::ir
