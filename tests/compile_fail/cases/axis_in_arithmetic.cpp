// SPDX-License-Identifier: BSL-1.0
// expect: expr: an axis is not a value; index(axis) are the positions along it, extent(axis) is their number at HERE
#include "../case.hpp"

namespace axis_in_arithmetic {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return x * (0.1 * query); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return x * (0.1 * index(query)); }, x_query_d);
#endif
} // namespace axis_in_arithmetic
