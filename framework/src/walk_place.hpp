// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "stream.hpp"

#include <algorithm>
#include <span>

namespace weft::ir {

inline const std::vector<tile_loop> no_loops;

/// Calls f(offsets a, b, c) for every coordinate of the loops.
template <class F>
void each(std::span<const tile_loop> loops, const F& f, std::size_t i = 0, long a = 0, long b = 0, long c = 0) {
  if (i == loops.size()) return f(a, b, c);
  const tile_loop& l = loops[i];
  for (long k = 0; k < l.extent; k++) each(loops, f, i + 1, a + k * l.a, b + k * l.b, c + k * l.c);
}

/// Copies rows x lanes elements of any type.
inline void copy_elements(const char* from, long from_row, long from_lane, char* to, long to_row, long to_lane,
                          long rows, long lanes, std::size_t size) {
  const auto copy = [&](auto zero) {
    using S = decltype(zero);
    const S* f = reinterpret_cast<const S*>(from);
    S* t = reinterpret_cast<S*>(to);
    for (long r = 0; r < rows; r++)
      for (long l = 0; l < lanes; l++) t[r * to_row + l * to_lane] = f[r * from_row + l * from_lane];
  };
  if (size == 8) copy(std::uint64_t{});
  else if (size == 4) copy(std::uint32_t{});
  else copy(std::uint8_t{});
}

/// Where one worker's walk is.
struct walk_place {
  stream_call& c;
  void* const* memory; ///< of the graph's nodes
  stream_worker& w;
  tape* onto; ///< that what is done is put onto: the run's, the tile's, or null
  std::size_t loops;
  long (&at)[max_rank]; ///< coordinates on the loops
  tile_place& here;

  walk_place(stream_call& call, void* const* nodes, stream_worker& worker, tape* records)
      : c(call), memory(nodes), w(worker), onto(records), loops(call.loop.size()), at(worker.at), here(worker.here) {
    std::fill_n(at, max_rank, 0);
    here = {};
  }

  /// Where a node's values begin, of a view in what it is a view of.
  static char* place_of(const prepared_tiles& p, const std::vector<void*>& storage, int i) {
    const region_memory& m = p.memory[static_cast<std::size_t>(i)];
    return static_cast<char*>(storage[static_cast<std::size_t>(m.storage)]) +
           m.offset * static_cast<long>(size_of(m.type));
  }
  /// A pointer on the tape points into a value of a tile program.
  template <class X> void follow(X*& pointer, const prepared_tiles& p, const std::vector<void*>& storage, int i) const {
    const auto s = static_cast<std::size_t>(p.memory[static_cast<std::size_t>(i)].storage);
    if (!p.stays[s]) onto->follow(pointer, storage[s]);
  }
  /// Into a state that steps add to.
  template <class X> void follow_sum(X*& pointer, int state) const {
    const auto k = static_cast<std::size_t>(state);
    if (!c.states[k].outer) onto->follow(pointer, w.sum[k]);
  }
  /// The stride of a tile's value along an axis, 0 if it lacks it.
  static long stride_of(const prepared_tiles& p, int i, axis_ref a) {
    const int k = p.g[i].ax.find(a);
    return k < 0 ? 0 : p.memory[static_cast<std::size_t>(i)].strides.stride[k];
  }
  /// Where a value begins at these coordinates.
  char* base(const region_memory& m, const std::vector<long>& loop) const {
    long o = m.offset;
    for (std::size_t i = 0; i < loops; i++) o += at[i] * loop[i];
    return static_cast<char*>(memory[m.storage]) + o * static_cast<long>(size_of(m.type));
  }
};
} // namespace weft::ir
