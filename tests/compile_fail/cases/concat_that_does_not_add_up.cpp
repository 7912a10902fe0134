// SPDX-License-Identifier: BSL-1.0
// expect: concat: the extents of the parts don't add up to whole=100 in ([query, d=64], [query, half=32]) at HERE
#include "../case.hpp"

namespace concat_that_does_not_add_up {
using namespace example;
#ifdef WRONG
constexpr axis<"whole", 100> whole;
#else
constexpr axis<"whole", 96> whole;
#endif
#ifdef WRONG
constexpr auto p = compile([](expr x, expr y) { return concat(whole, along(x, d), along(y, half)); }, x_query_d, arg<"y">(query, half)); // HERE
#else
constexpr auto p = compile([](expr x, expr y) { return concat(whole, along(x, d), along(y, prime(half))); }, x_query_d, arg<"y">(query, prime(half)));
#endif
} // namespace concat_that_does_not_add_up
