// SPDX-License-Identifier: BSL-1.0
#include <weft/ops/all.hpp>
#include <weft/passes/pipeline.hpp>
#include <weft/trace/build.hpp>

void weft::ir::lower(built_graph& b) {
  builder before{64}, after{64};
  without_dead_nodes(b.source.view(), after);
  b.source = std::move(after);
  graph_view g = b.source.view();
  for (const pass& p : pipeline) {
    if (p.applies && !p.applies(g)) continue;
    after = builder{64};
    p.run(g, after);
    before = std::move(after);
    g = before.view();
  }
  b.lowered = std::move(before);
  fuse(b.lowered.view(), b.plan);
}
