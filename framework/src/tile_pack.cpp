// SPDX-License-Identifier: BSL-1.0
#include "tile.hpp"

#include <utility>

namespace weft::tile {
namespace {
/// Swaps the lanes of a with bit Step set for those of b without it.
template <int Step, class V, int... Lane>
[[gnu::always_inline]] inline void exchange(V& a, V& b, std::integer_sequence<int, Lane...>) {
  constexpr int w = sizeof...(Lane);
  const V low = __builtin_shufflevector(a, b, (Lane & Step ? w + Lane - Step : Lane)...);
  b = __builtin_shufflevector(a, b, (Lane & Step ? w + Lane : Lane + Step)...);
  a = low;
}
/// Within each 16 bytes, the first halves of a and b, parts of Part lanes in turn; and the second ones.
template <int Part, class V, int... Lane>
[[gnu::always_inline]] inline void interleave(V& a, V& b, std::integer_sequence<int, Lane...>) {
  constexpr int w = sizeof...(Lane), quarter = 16 / sizeof(a[0]);
  constexpr auto from = [](int lane, int half) {
    const int within = lane % quarter, part = within / Part;
    return lane - within + half * quarter / 2 + part / 2 * Part + within % Part + part % 2 * w;
  };
  const V low = __builtin_shufflevector(a, b, from(Lane, 0)...);
  b = __builtin_shufflevector(a, b, from(Lane, 1)...);
  a = low;
}

/// Transposes a square of packets in log2(lanes) stages: within 16 bytes what is one instruction each, then exchanges.
template <int Step = 1, class V, std::size_t Lanes>
[[gnu::always_inline]] inline void transpose(V (&rows)[Lanes]) {
  constexpr std::make_integer_sequence<int, int(Lanes)> all{};
  constexpr bool near = Step * sizeof(rows[0][0]) < 16;
  if constexpr (Step < Lanes) {
#pragma GCC unroll 16
    for (std::size_t i = 0; i < Lanes; ++i)
      if (!(i & Step)) {
        if constexpr (near) interleave<Step>(rows[i], rows[i + Step], all);
        else exchange<Step>(rows[i], rows[i + Step], all);
      }
    transpose<2 * Step>(rows);
  }
  // two stages of interleaving leave rows 1 and 2 of each four in each other's place
  if constexpr (Step == 1 && sizeof(rows[0][0]) == 4)
#pragma GCC unroll 16
    for (std::size_t i = 0; i < Lanes; i += 4) std::swap(rows[i + 1], rows[i + 2]);
}

/// to[j][i] = scale * from[i][j] for a square of packets, of which `from` has the first `rows` rows; the others are 0.
template <bool Add, class T>
[[gnu::always_inline]] inline void transpose_square(const T* from, long from_row, long rows, T* to, long to_row,
                                                    long to_rows, T scale) {
  constexpr int w = weft::lanes<T>;
  packet<T> square[w];
#pragma GCC unroll 16
  for (int i = 0; i < w; ++i) square[i] = i < rows ? load(from + i * from_row) * scale : packet<T>{};
  transpose(square);
#pragma GCC unroll 16
  for (int i = 0; i < w; ++i)
    if (i < to_rows) store(to + i * to_row, Add ? load(to + i * to_row) + square[i] : square[i]);
}

/// Lanes of the caller's that lie anyhow.
template <class T> [[gnu::noinline]] void pack_each(const packing<T>& p, long first_row) {
  for (long row = first_row; row < p.rows; ++row)
    for (long lane = 0; lane < p.width; ++lane)
      p.tile[row * p.width + lane] = lane < p.lanes ? p.from[row * p.from_row + lane * p.from_lane] * p.scale : T(0);
}
template <class T> [[gnu::noinline]] void pack_copied(const packing<T>& p) {
  constexpr int w = weft::lanes<T>;
  for (long row = 0; row < p.rows; ++row) {
    const T* from = p.from + row * p.from_row;
    T* to = p.tile + row * p.width;
    long lane = 0;
    for (; lane + w <= p.lanes; lane += w) store(to + lane, load(from + lane) * p.scale);
    for (; lane < p.width; lane += w)
      store(to + lane, load_if(lanes_between<T>(0, p.lanes - lane), from + lane) * p.scale);
  }
}
template <class T> [[gnu::noinline]] void pack_transposed(const packing<T>& p) {
  constexpr int w = weft::lanes<T>;
  const long whole = p.rows / w * w;
  for (long lane = 0; lane < p.width; lane += w)
    for (long row = 0; row < whole; row += w)
      transpose_square<false>(p.from + lane * p.from_lane + row, p.from_lane, p.lanes - lane,
                              p.tile + row * p.width + lane, p.width, w, p.scale);
  pack_each(p, whole);
}

template <class T> [[gnu::noinline]] void unpack_each(const unpacking<T>& p, long first_row) {
  for (long row = first_row; row < p.rows; ++row)
    for (long lane = 0; lane < p.lanes; ++lane) {
      T& to = p.to[row * p.to_row + lane * p.to_lane];
      const T v = p.tile[row * p.width + lane];
      to = p.add ? to + v : v;
    }
}
template <bool Add, class T> [[gnu::noinline]] void unpack_copied(const unpacking<T>& p) {
  constexpr int w = weft::lanes<T>;
  for (long row = 0; row < p.rows; ++row) {
    const T* from = p.tile + row * p.width;
    T* to = p.to + row * p.to_row;
    long lane = 0;
    for (; lane + w <= p.lanes; lane += w)
      store(to + lane, Add ? load(to + lane) + load(from + lane) : load(from + lane));
    if (lane == p.lanes) continue;
    const auto part = lanes_between<T>(0, p.lanes - lane);
    store_if(part, to + lane, Add ? load_if(part, to + lane) + load(from + lane) : load(from + lane));
  }
}
template <bool Add, class T> [[gnu::noinline]] void unpack_transposed(const unpacking<T>& p) {
  constexpr int w = weft::lanes<T>;
  const long whole = p.rows / w * w;
  for (long lane = 0; lane < p.lanes; lane += w)
    for (long row = 0; row < whole; row += w)
      transpose_square<Add>(p.tile + row * p.width + lane, p.width, w, p.to + lane * p.to_lane + row, p.to_lane,
                            p.lanes - lane, T(1));
  unpack_each(p, whole);
}
} // namespace

template <class T> void pack(const packing<T>& p) {
  if (p.from_lane == 1) pack_copied(p);
  else if (p.from_row == 1) pack_transposed(p);
  else pack_each(p, 0);
}

template <class T> void unpack(const unpacking<T>& p) {
  if (p.to_lane == 1) p.add ? unpack_copied<true>(p) : unpack_copied<false>(p);
  else if (p.to_row == 1) p.add ? unpack_transposed<true>(p) : unpack_transposed<false>(p);
  else unpack_each(p, 0);
}

template void pack(const packing<float>&);
template void pack(const packing<double>&);
template void unpack(const unpacking<float>&);
template void unpack(const unpacking<double>&);
} // namespace weft::tile
