// SPDX-License-Identifier: BSL-1.0
// expect: rope: needs an even, static extent of axis odd=63 in ([query, odd=63]) at HERE, in rope at HERE
#include "../case.hpp"

namespace rope_over_an_axis_of_odd_extent {
using namespace example;
inline constexpr axis<"odd", 63> odd;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return rope(x, index(query), odd); }, arg<"x">(query, odd)); // HERE
#else
constexpr auto p = compile([](expr x) { return rope(x, index(query), d); }, x_query_d);
#endif
} // namespace rope_over_an_axis_of_odd_extent
