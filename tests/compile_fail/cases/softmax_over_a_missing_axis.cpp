// SPDX-License-Identifier: BSL-1.0
// expect: logsumexp: no axis key in ([query, d=64]); reduce over one of the operand's own axes at HERE, in softmax at HERE
#include "../case.hpp"

namespace softmax_over_a_missing_axis {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) {
  return softmax(x, key); // HERE
}, x_query_d);
#else
constexpr auto p = compile([](expr x) {
  return softmax(x, query);
}, x_query_d);
#endif
} // namespace softmax_over_a_missing_axis
