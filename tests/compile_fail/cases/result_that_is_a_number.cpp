// SPDX-License-Identifier: BSL-1.0
// expect: compile: the function returns int; return expr, or a std::tuple, std::array or Hana struct of them (a number: expr(number))
#include "../case.hpp"

namespace result_that_is_a_number {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr) { return 3; }, x_query_d);
#else
constexpr auto p = compile([](expr) { return expr(3); }, x_query_d);
#endif
} // namespace result_that_is_a_number
