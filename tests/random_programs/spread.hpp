// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <random_programs/random_program.hpp>

/// A tensor in memory that is not dense.
namespace support {

inline constexpr axis<"gap", 2> gap;

/// The same tensor in other memory: axes in another order, every other element.
struct spread {
  value storage;
  tensor_ref ref;
  spread(const value& v, kind k, precision p, dice& roll) : storage(k, p, {}, {}) {
    const tensor_ref dense = v.ref();
    axes order = dense.ax;
    if (order.n < max_rank) order.add(gap);
    for (int i = order.n; i-- > 1;) std::swap(order.a[i], order.a[roll.below(i + 1)]);
    std::vector<long> extents;
    for (axis_ref a : order) extents.push_back(same(a, gap) ? 2 : dense.extent_of(a));
    storage = value(k, p, order, extents);
    ref = storage.ref();
    if (const int g = order.find(gap); g >= 0) {
      if (storage.size())
        ref.data = static_cast<char*>(ref.data) + ref.stride[g] * static_cast<long>(size_of(ref.type));
      for (int i = g; i + 1 < order.n; i++) ref.extent[i] = ref.extent[i + 1], ref.stride[i] = ref.stride[i + 1];
      ref.ax = order.without(axis_ref(gap));
    }
    copy_to(v.ref(), ref);
  }
};
} // namespace support
