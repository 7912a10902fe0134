// SPDX-License-Identifier: BSL-1.0
#include "program.hpp"

namespace bench {
constexpr sequence<"distance"> distance;

/// A learned bias for each head and each i - j.
variant relative() {
  return attention_variant(
      "relative",
      [](expr s, expr table) { return s + gather(table, index(query) - index(key) + (extent(key) - 1), distance); },
      all_pairs, 1, captured{arg<"table">(head, distance), [](const shape& s) {
                               return normal(tensor<float>(head(s.heads), distance(2 * s.n - 1)), 8);
                             }});
}
} // namespace bench
