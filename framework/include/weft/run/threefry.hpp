// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/packet.hpp>

namespace weft {

/// Both words that a block of Threefry-2x32 gives.
template <class V> struct threefry_block {
  V first, second;
};

/// Threefry-2x32 with 20 rounds: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy
/// as 1, 2, 3", SC 2011. A random number is a function of a key and a counter; there is no state, so any thread
/// computes any part of a stream. V is an unsigned integer of 32 or 64 bits or a packet of them; wide lanes come
/// out below 2^32, and of what goes in only the low 32 bits count.
template <class V> constexpr threefry_block<V> threefry(V key0, V key1, V counter0, V counter1) {
  using lane = scalar_of<V>;
  static_assert(std::is_unsigned_v<lane> && sizeof(lane) >= 4, "threefry: lanes are std::uint32_t or std::uint64_t");
  constexpr lane word = 0xffffffffu;
  constexpr auto sum = [](V a, auto b) { return sizeof(lane) == 4 ? V(a + b) : V((a + b) & word); };
  constexpr auto rotated = [](V x, int by) {
    const V turned = (x << by) | (x >> (32 - by));
    return sizeof(lane) == 4 ? turned : V(turned & word);
  };
  constexpr int rotations[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
  const V key[3] = {key0, key1, V(key0 ^ key1 ^ lane(0x1bd11bdau))};

  V x = sum(counter0, key0), y = sum(counter1, key1);
  for (int group = 0; group < 5; group++) {
    for (int by : rotations[group % 2]) {
      x = sum(x, y);
      y = rotated(y, by) ^ x;
    }
    x = sum(x, key[(group + 1) % 3]);
    y = sum(sum(y, key[(group + 2) % 3]), lane(group + 1));
  }
  return {x, y};
}

/// One word for a 32-bit key and counter: the first word of the block whose second key word and second counter word are
/// zero. Signed lanes are the same bits: an int32 may come out negative, an int64 is below 2^32.
template <class V> constexpr V threefry(V key, V counter) {
  using unsigned_v = with_lanes<V, std::make_unsigned_t<scalar_of<V>>>;
  const auto k = bits_as<unsigned_v>(key), c = bits_as<unsigned_v>(counter);
  const auto words = threefry(k, unsigned_v{}, c, unsigned_v{});
  return bits_as<V>(words.first);
}

/// 32 random bits as a real in [0, 1): (bits >> 8) * 2^-24, as wide as the lanes (float or double) and exact in both.
template <class V> constexpr auto uniform01(V bits) {
  constexpr bool narrow = sizeof(scalar_of<V>) == 4;
  using real = std::conditional_t<narrow, float, double>;
  using unsigned_v = with_lanes<V, std::make_unsigned_t<scalar_of<V>>>;
  const auto high = bits_as<lane_int<V>>(unsigned_v(bits_as<unsigned_v>(bits) >> 8));
  return with_lanes<V, real>(convert<with_lanes<V, real>>(high) * real(1.0 / (1 << 24)));
}
} // namespace weft
