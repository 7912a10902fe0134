// SPDX-License-Identifier: BSL-1.0
#include "program.hpp"

namespace bench {
constexpr auto score = [](expr s) { return s; };

variant full() {
  variant v = attention_variant("full", score, all_pairs, 1);
  v.hvp = hvp_of(score);
  return v;
}
variant wide_values() { return attention_variant("wide_values", score, all_pairs, 2); }
} // namespace bench
