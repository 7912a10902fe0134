// SPDX-License-Identifier: BSL-1.0
// expect: concat: the parts must have the same axes besides d=64 and half=32 in ([query, d=64], [key, half=32]) at HERE
#include "../case.hpp"

namespace concat_of_other_axes {
using namespace example;
constexpr axis<"whole", 96> whole;
#ifdef WRONG
constexpr auto p = compile([](expr x, expr y) { return concat(whole, along(x, d), along(y, half)); }, x_query_d, arg<"y">(key, half)); // HERE
#else
constexpr auto p = compile([](expr x, expr y) { return concat(whole, along(x, d), along(y, half)); }, x_query_d, arg<"y">(query, half));
#endif
} // namespace concat_of_other_axes
