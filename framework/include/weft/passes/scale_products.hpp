// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/rewrite.hpp>

namespace weft::ir {

/// A product times a number becomes a product with that factor (BLAS's alpha), if nothing else reads the bare product.
constexpr void scale_products(graph_view g, builder& b) {
  rewriter r(g, b);
  const list<int> uses = use_counts(g);
  for (int i = 0; i < g.nodes.count; i++) {
    const node& x = g[i];
    b.stage = x.stage;
    r.moved.at[i] = -1;
    if (x.op->is(trait::product) && x.count == 2)
      for (int j = 0; j < 2; j++) {
        const node& p = g[g.in(x, j)];
        const node& k = g[g.in(x, 1 - j)];
        if (p.op->how != form::contract || k.op != &constant_def || uses.at[g.in(x, j)] != 1) continue;
        attributes a = p.at;
        a.value *= k.at.value;
        if (static_cast<float>(a.value) == 0) continue; // BLAS would not read what 0 times it may be NaN
        const int in[2]{r.moved.at[g.in(p, 0)], r.moved.at[g.in(p, 1)]};
        r.moved.at[i] = b.put(p.op, in, 2, p.ax, real, a, p.where);
        break;
      }
    if (r.moved.at[i] < 0) r.moved.at[i] = r.copy(x).id;
  }
  r.finish();
}
} // namespace weft::ir
