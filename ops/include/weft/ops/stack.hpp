// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/concat.hpp>

namespace weft {

namespace ir {
inline constexpr axis<"layer-of-a-stack", 1> stacked;
}
/// Values of the same axes one above the other along a new axis `into`, whose extent is their number (at most 8); it
/// comes first.  A concat of layers: its derivative slices.
template <class... X> constexpr expr stack(axis_ref into, const at& first, const X&... rest) {
  const auto layer = [&](const at& x) {
    if (x.e.id >= 0 && x.e.ax().n == max_rank) {
      const expr refused = ir::complain(x.e, "stack", {{}, "the result would have more than 8 axes"}, x.where);
      return along(at(refused, x.where), ir::stacked);
    }
    axes ax(ir::stacked);
    for (axis_ref a : x.e.ax()) ax.add(a);
    return along(at(broadcast(x, ax), x.where), ir::stacked);
  };
  const auto joined = [&](const auto&... layers) {
    const ir::scope s("stack", first);
    return concat(into, layers...);
  };
  return joined(layer(first), layer(rest)...);
}
} // namespace weft
