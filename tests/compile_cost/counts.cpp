// SPDX-License-Identifier: BSL-1.0
/// Prints how much there is of a GPT of LAYERS layers after each stage: the same on every machine and compiler.
#include "gpt.hpp"

#include <fmt/core.h>

int main() {
  using step = std::remove_const_t<decltype(gpt_cost::step)>;
  constexpr const auto& plan = step::lowered::run_plan;
  int distinct = 0;
  for (std::size_t i = 0; i < plan.passes.size(); i++) {
    const int first = plan.passes[i].same_as;
    distinct += first < 0 || first == static_cast<int>(i);
  }
  fmt::print("{} layers: {} traced nodes, {} after the passes, {} steps, {} region passes of which {} differ\n", LAYERS,
             step::nodes(), step::lowered::run_graph.nodes.size(), step::kernels(), plan.passes.size(), distinct);
}
