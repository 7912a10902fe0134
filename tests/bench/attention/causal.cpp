// SPDX-License-Identifier: BSL-1.0
#include "program.hpp"

namespace bench {
constexpr auto score = [](expr s) { return where(index(query) >= index(key), s, -infinity); };

variant causal() {
  variant v = attention_variant("causal", score, [](const shape& s) { return neighbours(s, s.n, 0); }, 1);
  v.hvp = hvp_of(score);
  return v;
}
} // namespace bench
