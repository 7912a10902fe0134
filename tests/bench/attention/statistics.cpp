// SPDX-License-Identifier: BSL-1.0
#include "program.hpp"

namespace bench {
constexpr auto with_statistics = [](expr q, expr k, expr v) {
  const expr s = contract(q, k, d) * rsqrt(extent(d));
  const expr lse = logsumexp(s, key), p = exp(s - lse);
  return std::tuple{contract(p, v, key), lse, lse - sum(p * s, key), max(s, key)};
};

variant statistics() {
  variant v = {.name = "statistics"};
  v.forward_flop = [](const shape& s) { return 4 * double(s.d) * all_pairs(s); };
  v.forward = [](const shape& s) {
    return bound(compile(with_statistics, q_arg, k_arg, v_arg), queries(s, 1), keys(s, 2), values(s, s.d, 3));
  };
  return v;
}
} // namespace bench
