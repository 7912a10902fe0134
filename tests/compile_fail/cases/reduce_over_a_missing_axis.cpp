// SPDX-License-Identifier: BSL-1.0
// expect: ?
#include "../case.hpp"

namespace reduce_over_a_missing_axis {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return sum(x, key); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return sum(x, query); }, x_query_d);
#endif
} // namespace reduce_over_a_missing_axis
