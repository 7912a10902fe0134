// SPDX-License-Identifier: BSL-1.0
#include "tile.hpp"

#include <algorithm>

namespace weft::tile {
namespace {
template <class V, int... Lane>
[[gnu::always_inline]] inline V reversed(V v, std::integer_sequence<int, Lane...>) {
  return __builtin_shufflevector(v, v, (int(sizeof...(Lane)) - 1 - Lane)...);
}
} // namespace

/// A packet of neighbouring diagonals at a time: lane - row = first, first + 1, ... From row to row it moves by one
/// lane; where it sticks out of the tile, the lanes outside are masked.
template <class T> void sum_diagonals(const diagonals<T>& p) {
  constexpr int w = weft::lanes<T>;
  if (p.rows == 0 || p.lanes == 0) return;
  for (long first = 1 - p.rows; first < p.lanes; first += w) {
    packet<T> sum{};
    const long begin = std::max(0l, -first - w + 1), end = std::min(p.rows, p.lanes - first);
    const long inside = std::clamp(-first, begin, end), outside = std::clamp(p.lanes - first - w + 1, inside, end);
    const auto masked = [&](long row, long last) __attribute__((always_inline)) {
      for (; row < last; ++row) {
        const long lane = first + row;
        sum += load_if(lanes_between<T>(-lane, p.lanes - lane), p.tile + row * p.width + lane);
      }
    };
    masked(begin, inside);
    for (long row = inside; row < outside; ++row) sum += load(p.tile + row * p.width + first + row);
    masked(outside, end);
    const long count = p.lanes - first; // diagonals that are left
    if (p.lane_minus_row) {
      const auto part = lanes_between<T>(0, count);
      store_if(part, p.to + first, load_if(part, p.to + first) + sum);
    } else {
      T* to = p.to - first - (w - 1);
      const auto part = lanes_between<T>(w - count, w);
      store_if(part, to, load_if(part, to) + reversed(sum, std::make_integer_sequence<int, w>{}));
    }
  }
}

template <class T> void sum_rows(const block<T>& p, T* to) {
  constexpr int w = weft::lanes<T>;
  for (long lane = 0; lane < p.lanes; lane += w) {
    packet<T> sum{};
    for (long row = 0; row < p.rows; ++row) sum += load(p.tile + row * p.width + lane);
    const auto part = lanes_between<T>(0, p.lanes - lane);
    store_if(part, to + lane, load_if(part, to + lane) + sum);
  }
}

namespace {
template <class T>
[[gnu::always_inline]] inline packet<T> sum_row(const block<T>& p, long row) {
  constexpr int w = weft::lanes<T>;
  const T* from = p.tile + row * p.width;
  packet<T> sum{};
  long lane = 0;
  for (; lane + w <= p.lanes; lane += w) sum += load(from + lane);
  if (lane < p.lanes) sum += load_if(lanes_between<T>(0, p.lanes - lane), from + lane);
  return sum;
}
} // namespace

template <class T> void sum_lanes(const block<T>& p, T* to) {
  for (long row = 0; row < p.rows; ++row) to[row] += horizontal_sum(sum_row(p, row));
}

template <class T> T sum(const block<T>& p) {
  packet<T> total{};
  for (long row = 0; row < p.rows; ++row) total += sum_row(p, row);
  return horizontal_sum(total);
}

template void sum_diagonals(const diagonals<float>&);
template void sum_diagonals(const diagonals<double>&);
template void sum_rows(const block<float>&, float*);
template void sum_rows(const block<double>&, double*);
template void sum_lanes(const block<float>&, float*);
template void sum_lanes(const block<double>&, double*);
template float sum(const block<float>&);
template double sum(const block<double>&);
} // namespace weft::tile
