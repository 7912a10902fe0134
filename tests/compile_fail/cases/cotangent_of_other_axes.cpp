// SPDX-License-Identifier: BSL-1.0
// expect: vjp: the last argument, the cotangent, must have the axes [query], not [d=64] at HERE
#include "../case.hpp"

namespace cotangent_of_other_axes {
using namespace example;
#ifdef WRONG
constexpr auto p = compile(vjp([](expr x) { return sum(x, d); }), x_query_d, arg<"dy">(d)); // HERE
#else
constexpr auto p = compile(vjp([](expr x) { return sum(x, d); }), x_query_d, arg<"dy">(query));
#endif
} // namespace cotangent_of_other_axes
