// SPDX-License-Identifier: BSL-1.0
// expect: weft: wrt names an argument twice; name each once
#include "../case.hpp"

namespace wrt_of_one_argument_twice {
using namespace example;
#ifdef WRONG
constexpr auto p = compile(jvp([](expr x) { return sum(x, {query, d}); }, wrt<0, 0>), x_query_d, y_query_d, y_query_d);
#else
constexpr auto p = compile(jvp([](expr x) { return sum(x, {query, d}); }, wrt<0>), x_query_d, y_query_d);
#endif
} // namespace wrt_of_one_argument_twice
