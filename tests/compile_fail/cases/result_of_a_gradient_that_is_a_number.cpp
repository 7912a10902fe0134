// SPDX-License-Identifier: BSL-1.0
// expect: compile: the function returns double; return expr, or a std::tuple, std::array or Hana struct of them (a number: expr(number))
#include "../case.hpp"

namespace result_of_a_gradient_that_is_a_number {
using namespace example;
#ifdef WRONG
constexpr auto p = compile(grad([](expr) { return 3.0; }), x_query_d);
#else
constexpr auto p = compile(grad([](expr) { return expr(3.0); }), x_query_d);
#endif
} // namespace result_of_a_gradient_that_is_a_number
