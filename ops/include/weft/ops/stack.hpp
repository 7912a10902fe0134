// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/concat.hpp>

#include <tuple>

namespace weft {

namespace ir {
inline constexpr axis<"layer-of-a-stack", 1> stacked;
}
/// Values of the same axes one above the other along a new axis `into`, whose extent is their number (at most 8); it
/// comes first.  A concat of layers: its derivative slices.
template <class... X> constexpr expr stack(axis_ref into, const at& first, const X&... rest) {
  const auto layer = [&](const at& x) {
    const ir::operand both[]{{first.e.ax(), first.e.kind()}, {x.e.ax(), x.e.kind()}};
    const auto refused = [&](const ir::operand* in, int n, const ir::verdict& v) {
      return along(at(ir::complain(*x.e.g, "stack", in, n, v, first.where), first.where), ir::stacked);
    };
    if (x.e.id >= 0 && x.e.ax().n == max_rank)
      return refused(both + 1, 1, {{}, "the result would have more than 8 axes"});
    if (x.e.id >= 0 && first.e.id >= 0 && !x.e.ax().matches(first.e.ax()))
      return refused(
          both, 2,
          {{}, "all values must have the axes of the first", nullptr, nullptr, "broadcast those that lack some"});
    axes ax(ir::stacked);
    for (axis_ref a : x.e.id < 0 ? first.e.ax() : x.e.ax()) ax.add(a); // a number fits everywhere
    return along(at(broadcast(x, ax), x.where), ir::stacked);
  };
  const auto joined = [&](const auto&... layers) {
    const ir::scope s("stack", first);
    return concat(into, layers...);
  };
  const std::tuple layers{layer(first), layer(rest)...}; // in order, as the arguments of a function need not be
  return std::apply(joined, layers);
}
} // namespace weft
