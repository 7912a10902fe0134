// SPDX-License-Identifier: BSL-1.0
#include "program.hpp"

namespace bench {
variant softcap() {
  return attention_variant("softcap", [](expr s) { return 30 * tanh(s / 30); }, all_pairs, 1);
}
} // namespace bench
