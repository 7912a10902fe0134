// SPDX-License-Identifier: BSL-1.0
// expect: sum: no axis key in ([query, d=64]); reduce over one of the operand's own axes at HERE
#include "../case.hpp"

namespace reduce_over_a_missing_axis {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return sum(x, key); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return sum(x, query); }, x_query_d);
#endif
} // namespace reduce_over_a_missing_axis
