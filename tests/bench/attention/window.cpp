// SPDX-License-Identifier: BSL-1.0
#include "program.hpp"

namespace bench {
constexpr int reach = 256;

constexpr auto both_sides = [](expr s) {
  const expr distance = index(query) - index(key);
  return where(distance <= reach && distance >= -reach, s, -infinity);
};
constexpr auto one_side = [](expr s) {
  const expr distance = index(query) - index(key);
  return where(distance <= reach && distance >= 0, s, -infinity);
};

variant window() {
  return attention_variant("window", both_sides, [](const shape& s) { return neighbours(s, reach, reach); }, 1);
}
variant sliding() {
  return attention_variant("sliding", one_side, [](const shape& s) { return neighbours(s, reach, 0); }, 1);
}
} // namespace bench
