// SPDX-License-Identifier: BSL-1.0
// expect: jvp: a tangent must have the axes [query, d=64], not [key, d=64]
#include "../case.hpp"

namespace tangent_of_other_axes {
using namespace example;
#ifdef WRONG
constexpr auto p = compile(jvp([](expr x) { return sum(x, d); }), x_query_d, arg<"tx">(key, d));
#else
constexpr auto p = compile(jvp([](expr x) { return sum(x, d); }), x_query_d, arg<"tx">(d, query));
#endif
} // namespace tangent_of_other_axes
