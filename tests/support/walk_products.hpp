// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/find_score_spaces.hpp>

namespace support {
/// The matrix products of one walk: those that make region values, and those that leave through a sum.
struct product_counts {
  int inner = 0, outer = 0;
};
/// A product multiplies matrices if an operand outside the region brings an axis that no region operand has.
inline bool is_matrix_product(ir::graph_view g, const ir::score_spaces& s, int i) {
  if (g[i].op->how != ir::form::contract) return false;
  const int a = g.in(i, 0), b = g.in(i, 1);
  if (!s.pair[a] && !s.pair[b]) return true;
  return (!s.pair[a] && (s.sets[a] & ~s.sets[b])) || (!s.pair[b] && (s.sets[b] & ~s.sets[a]));
}
inline product_counts count_products(ir::graph_view g, const ir::score_spaces& s, const ir::score_stream& t) {
  product_counts n;
  ir::list<bool> seen(g.size(), false);
  ir::list<int> todo;
  for (int k = 0; k < t.count; k++) {
    const int e = s.exits[t.first + k];
    if (s.stored[e]) todo.push_back(e);
    else {
      n.outer += is_matrix_product(g, s, e);
      for (int j = 0; j < g[e].count; j++) todo.push_back(g.in(e, j));
    }
  }
  while (todo.size()) {
    const int i = todo.at[--todo.size_];
    if (seen[i] || !s.pair[i]) continue;
    seen[i] = true;
    n.inner += is_matrix_product(g, s, i);
    for (int j = 0; j < g[i].count; j++) todo.push_back(g.in(i, j));
  }
  return n;
}
} // namespace support
