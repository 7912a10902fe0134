// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/graph.hpp>

namespace weft::ir {

/// Axes without an order: the bits of a word.
using axis_set = std::uint64_t;

/// Numbers the axes of a graph, so that passes handle sets of them instead of lists.
struct axis_numbers {
  static constexpr int room = 64;
  axis_ref axis[room]{};
  int count = 0;
  axis_set sequences = 0;
  bool full = false;          ///< more than 64 names: sets mean nothing
  unsigned char place[256]{}; ///< by hash: the axis's number plus one
  constexpr int number(axis_ref a) {
    unsigned h = a->hash & 255;
    while (place[h] && !same(axis[place[h] - 1], a)) h = (h + 1) & 255;
    if (place[h]) return place[h] - 1;
    if (count == room) return full = true, 0;
    axis[count] = a, place[h] = static_cast<unsigned char>(count + 1);
    if (a->role == role::sequence) sequences |= axis_set(1) << count;
    return count++;
  }
  /// The set of one axis; empty if the graph lacks it.
  constexpr axis_set bit(axis_ref a) const {
    unsigned h = a->hash & 255;
    while (place[h] && !same(axis[place[h] - 1], a)) h = (h + 1) & 255;
    return place[h] ? axis_set(1) << (place[h] - 1) : 0;
  }
  constexpr axis_set of(const axes& ax) {
    axis_set s = 0;
    for (int i = 0; i < ax.n; i++) s |= axis_set(1) << number(ax.a[i]);
    return s;
  }
  /// The set as a list, in the order in which the graph brought them up.
  constexpr axes list_of(axis_set s) const {
    axes r;
    for (; s; s &= s - 1) r.add(axis[std::countr_zero(s)]);
    return r;
  }
};
} // namespace weft::ir
