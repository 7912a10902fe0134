// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <support/program.hpp>

/// How two graphs differ.
namespace support {

/// The first node in which two graphs differ, or -1. Axes are equal by name.
inline int other_node(ir::graph_view a, ir::graph_view b) {
  const auto alike = [](axis_ref x, axis_ref y) { return x && y ? same(x, y) && x->extent == y->extent : x == y; };
  const auto all_alike = [&](const axes& x, const axes& y) {
    return x.n == y.n && std::equal(x.begin(), x.end(), y.begin(), alike);
  };
  for (int i = 0; i < a.size(); i++) {
    if (i >= b.size()) return i;
    const ir::node &x = a[i], &y = b[i];
    if (x.op != y.op || x.count != y.count || x.k != y.k || !all_alike(x.ax, y.ax)) return i;
    for (int j = 0; j < x.count; j++)
      if (a.in(x, j) != b.in(y, j)) return i;
    if (std::bit_cast<std::uint64_t>(x.at.value) != std::bit_cast<std::uint64_t>(y.at.value) ||
        x.at.start != y.at.start || x.at.label != y.at.label || !alike(x.at.axis, y.at.axis) ||
        !alike(x.at.to, y.at.to) || !all_alike(x.at.shape, y.at.shape))
      return i;
  }
  return -1;
}
} // namespace support
