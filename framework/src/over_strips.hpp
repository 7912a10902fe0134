// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/packet.hpp>
#include <weft/run/pool.hpp>
#include <weft/train/strips.hpp>

#include <algorithm>

namespace weft::ir {

/// Calls `element(i, one of V)` for the elements of a strip, packets at a time and the last few one by one. `element`
/// does the same to a lane of a packet as to a scalar.
template <class T, class F> [[gnu::always_inline]] inline void each_element(long n, F element) {
  long i = 0;
  for (; i + lanes<T> <= n; i += lanes<T>) element(i, packet<T>{});
  for (; i < n; i++) element(i, T{});
}
template <class V, class T> [[gnu::always_inline]] inline V get(const T* from) {
  if constexpr (is_packet<V>) return load(from);
  else return *from;
}
template <class V, class T> [[gnu::always_inline]] inline void put(T* to, V v) {
  if constexpr (is_packet<V>) store(to, v);
  else *to = v;
}
/// Strips in parallel, several a task.
template <class T, class F> void each_strip(const std::vector<strip<T>>& strips, F f) {
  constexpr long together = 2;
  const long n = static_cast<long>(strips.size());
  default_pool().run((n + together - 1) / together, [&](long task, int) {
    for (long i = task * together; i < std::min(n, (task + 1) * together); i++)
      f(i, strips[static_cast<std::size_t>(i)]);
  });
}
} // namespace weft::ir
