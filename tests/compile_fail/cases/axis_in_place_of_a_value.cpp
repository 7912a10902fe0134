// SPDX-License-Identifier: BSL-1.0
// expect: expr: an axis is not a value; index(axis) are the positions along it, extent(axis) is their number at HERE
#include "../case.hpp"

namespace axis_in_place_of_a_value {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return where(query >= d, x, 0.0); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return where(index(query) >= index(d), x, 0.0); }, x_query_d);
#endif
} // namespace axis_in_place_of_a_value
