// SPDX-License-Identifier: BSL-1.0
// expect: sum: one axis with two extents: d=64 and d=32 in ([query, d=64]); name the operand's own axis, or rename it first at HERE, in mean at HERE
#include "../case.hpp"

namespace mean_over_an_axis_of_another_extent {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return mean(x, axis<"d", 32>{}); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return mean(x, d); }, x_query_d);
#endif
} // namespace mean_over_an_axis_of_another_extent
