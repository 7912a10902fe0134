// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/general.hpp>

#include <algorithm>
#include <cstring>

/// Values of any type as the lanes of a program: reals in its precision, integers as wide, booleans as masks.
namespace weft::ir {

/// n times one value.
template <class T> void fill_lanes(T* to, long n, T value) {
  if (bits_as<lane_int<T>>(value) == 0) std::memset(to, 0, static_cast<std::size_t>(n) * sizeof(T));
  else std::fill_n(to, n, value);
}

/// n elements `step` apart, from element `from` of some memory, as lanes `every` apart.
template <class T>
void gather_lanes(dtype type, const void* memory, long from, long step, long n, T* to, long every) {
  using lane = lane_int<T>;
  with_type(type, [&](auto zero) {
    using S = decltype(zero);
    const S* p = static_cast<const S*>(memory) + from;
    if constexpr (std::is_same_v<S, T>)
      if (step == 1 && every == 1) return void(std::copy_n(p, n, to));
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
    if constexpr (std::is_same_v<S, T>)
      if (step == 1 && every == 1) return void(std::copy_n(from, n, p));
    for (long i = 0; i < n; i++) {
      const T v = from[i * every];
      if constexpr (std::is_same_v<S, bool>) p[i * step] = bits_as<lane>(v) != 0;
      else if constexpr (std::is_integral_v<S>) p[i * step] = static_cast<S>(bits_as<lane>(v));
      else p[i * step] = static_cast<S>(v);
    }
  });
}

/// n values `step` apart, from element `first` of some memory on, beside lanes `every` apart.
template <class T> struct lane_copy {
  dtype type;
  void* memory;
  long first, step, n;
  T* lanes;
  long every;
};
template <class T> struct read_lanes : lane_copy<T> {
  void operator()() const {
    gather_lanes(this->type, this->memory, this->first, this->step, this->n, this->lanes, this->every);
  }
};
template <class T> struct write_lanes : lane_copy<T> {
  void operator()() const {
    scatter_lanes(this->type, this->memory, this->first, this->step, this->n, this->lanes, this->every);
  }
};
/// Each as a packet.
template <class T> struct repeat_lanes : lane_copy<T> {
  void operator()() const {
    read_lanes<T>{*this}();
    for (long i = 0; i < this->n; i++)
      store(this->lanes + i * this->every, broadcast<packet<T>>(this->lanes[i * this->every]));
  }
};
} // namespace weft::ir
