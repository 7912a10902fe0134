// SPDX-License-Identifier: BSL-1.0
// expect: ?
#include "../case.hpp"

namespace two_extents {
using namespace example;
constexpr axis<"d", 32> narrow;
#ifdef WRONG
constexpr auto p = compile([](expr x, expr y) { return x + y; }, x_query_d, arg<"y">(query, narrow)); // HERE
#else
constexpr auto p = compile([](expr x, expr y) { return x + rename(y, narrow, half); }, x_query_d, arg<"y">(query, narrow));
#endif
} // namespace two_extents
