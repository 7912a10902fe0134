// SPDX-License-Identifier: BSL-1.0
// expect: compile: its transformations do not take 1 argument (x); wrt<..> counts the function's arguments from 0, vjp takes a cotangent besides them, jvp and hvp tangents
#include "../case.hpp"

namespace wrt_beyond_the_arguments {
using namespace example;
#ifdef WRONG
constexpr auto p = compile(grad([](expr x) { return sum(x, {query, d}); }, wrt<1>), x_query_d);
#else
constexpr auto p = compile(grad([](expr x) { return sum(x, {query, d}); }, wrt<0>), x_query_d);
#endif
} // namespace wrt_beyond_the_arguments
