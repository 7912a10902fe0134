// SPDX-License-Identifier: BSL-1.0
// expect: jvp: an argument that is boolean has no derivative (axes [query]); name the real arguments with wrt<...>
#include "../case.hpp"

namespace tangent_of_booleans {
using namespace example;
#ifdef WRONG
constexpr auto p = compile(jvp([](expr m, expr x) { return where(m, x, 0.0); }), arg<"m", boolean>(query), x_query_d, arg<"tm">(query), y_query_d);
#else
constexpr auto p = compile(jvp([](expr m, expr x) { return where(m, x, 0.0); }, wrt<1>), arg<"m", boolean>(query), x_query_d, y_query_d);
#endif
} // namespace tangent_of_booleans
