// SPDX-License-Identifier: BSL-1.0
// expect: merge: no axis key in ([query, d=64]); merge some of the operand's own axes at HERE
#include "../case.hpp"

namespace merge_of_a_missing_axis {
using namespace example;
constexpr axis<"both"> both;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return merge(x, {query, key}, both); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return merge(x, {query, d}, both); }, x_query_d);
#endif
} // namespace merge_of_a_missing_axis
