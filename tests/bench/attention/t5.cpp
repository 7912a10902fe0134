// SPDX-License-Identifier: BSL-1.0
#include "program.hpp"

namespace bench {
constexpr feature<"bucket", 32> bucket;

/// The bucket of j - i: half of them for each sign; 8 are exact, 8 more grow with the logarithm up to 128.
/// (Raffel et al. 2020; the bounds are 8 * 16^(k / 8).)
constexpr expr bucket_of(const expr& j_minus_i) {
  const expr far = abs(j_minus_i);
  expr number = min(far, 8);
  for (int bound : {12, 16, 23, 32, 46, 64, 91}) number = number + where(far >= bound, 1, 0);
  return number + where(j_minus_i > 0, 16, 0);
}

/// `start` is the place of the first query among the keys.
variant t5() {
  return attention_variant(
      "t5",
      [](expr s, expr bias, expr start) {
        return s + gather(bias, bucket_of(index(key) - (index(query) + start)), bucket);
      },
      all_pairs, 1,
      captured{arg<"bias">(bucket, head),
               [](const shape& s) { return normal(tensor<float>(bucket, head(s.heads)), 8); }},
      captured{arg<"start", integer>(), [](const shape&) { return tensor<std::int32_t>(0); }});
}
} // namespace bench
