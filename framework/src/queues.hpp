// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/lane_call.hpp>

#include <utility>

namespace weft::ir {

/// a, b -> their reduction.
template <class T> auto combining(const op_def& op, kind common) {
  return [one = op.one<T>(common)](packet<T> a, packet<T> b) {
    const packet<T> both[2]{a, b};
    return one(both);
  };
}
/// For a distance of half the lanes, then of a quarter, ..., of 1: stores each row to `queues` with lanes that far
/// apart exchanged, and calls f.
template <int Step, class T, class F> void exchange_lanes(const T* rows, T* queues, long n, const F& f) {
  if constexpr (Step > 0) {
    [&]<int... Lane>(std::integer_sequence<int, Lane...>) {
      for (long r = 0; r < n * lanes<T>; r += lanes<T>) {
        const packet<T> v = load(rows + r);
        store(queues + r, packet<T>(__builtin_shufflevector(v, v, (Lane ^ Step)...)));
      }
    }(std::make_integer_sequence<int, lanes<T>>{});
    f();
    exchange_lanes<Step / 2>(rows, queues, n, f);
  }
}
/// Of each of n rows: its queue of partial results becomes one value, repeated. The queues are used up.
template <class T> void finish_queues(const op_def& op, kind common, T* queues, T* rows, long n) {
  constexpr int width = lanes<T>;
  static_assert(queue == 4);
  const auto combine = [&](T* to, const T* a, const T* b, int step) {
    const T* const both[2]{a, b};
    const int advance[2]{step, step};
    op.code<T>(common).block(to, both, advance, n);
  };
  combine(rows, queues, queues + width, queue * width);
  // in place: packet r is written when packets 4 r + 2 and 4 r + 3 have been read
  combine(queues, queues + 2 * width, queues + 3 * width, queue * width);
  combine(rows, rows, queues, width);
  exchange_lanes<width / 2>(rows, queues, n, [&] { combine(rows, rows, queues, width); });
  for (long r = 0; r < n; r++) store(rows + r * width, broadcast<packet<T>>(rows[r * width]));
}
} // namespace weft::ir
