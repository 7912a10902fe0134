// SPDX-License-Identifier: BSL-1.0
// expect: compile: the function does not take 1 argument (x); give one arg<..> or params<..> of its type for each of its parameters
#include "../case.hpp"

namespace argument_count_of_a_gradient {
using namespace example;
#ifdef WRONG
constexpr auto p = compile(value_and_grad([](expr x, expr y) { return sum(x * y, {query, d}); }), x_query_d);
#else
constexpr auto p = compile(value_and_grad([](expr x, expr y) { return sum(x * y, {query, d}); }), x_query_d, y_query_d);
#endif
} // namespace argument_count_of_a_gradient
