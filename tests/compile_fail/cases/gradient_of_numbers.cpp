// SPDX-License-Identifier: BSL-1.0
// expect: expr: a derivative of numbers and indices alone; combine an argument with a traced value first at HERE
#include "../case.hpp"

namespace gradient_of_numbers {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return x * grad([](expr a) { return a * a; })(expr(3.0)); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return x * grad([](expr a) { return a * a; })(sum(x, {query, d})); }, x_query_d);
#endif
} // namespace gradient_of_numbers
