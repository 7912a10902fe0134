// SPDX-License-Identifier: BSL-1.0
// expect: build: the function does not take 2 arguments (x, params_of(...)); give one arg<..> or params<..> of its type for each of its parameters
#include "../case.hpp"

namespace built_for_too_few_arguments {
using namespace example;
inline auto built(std::vector<axes> widths) {
  const auto f = [](expr x, const std::vector<expr>& w, expr y) { return x * w[0] * y; };
#ifdef WRONG
  const auto p = build(f, x_query_d, params_of("w", widths));
#else
  const auto p = build(f, x_query_d, params_of("w", widths), y_query_d);
#endif
  return p.explain();
}
} // namespace built_for_too_few_arguments
