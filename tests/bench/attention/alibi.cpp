// SPDX-License-Identifier: BSL-1.0
#include "program.hpp"

namespace bench {
/// A learned slope for each head: s - slope |i - j|.
variant alibi() {
  return attention_variant(
      "alibi", [](expr s, expr slope) { return s - slope * abs(index(query) - index(key)); }, all_pairs, 1,
      captured{arg<"slope">(head), [](const shape& s) {
                 tensor<float> slope(head(s.heads));
                 for (long h = 0; h < s.heads; h++) slope.data()[h] = math::exp2(-8.f * float(h + 1) / float(s.heads));
                 return slope;
               }});
}
} // namespace bench
