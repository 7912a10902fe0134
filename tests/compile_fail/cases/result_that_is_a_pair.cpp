// SPDX-License-Identifier: BSL-1.0
// expect g++: compile: the function returns std::pair<weft::expr, weft::expr>; return expr, or a std::tuple, std::array or Hana struct of them (a number: expr(number))
// expect clang: compile: the function returns std::pair<weft::expr, weft::expr>; return expr, or a std::tuple, std::array or Hana struct of them (a number: expr(number))
#include "../case.hpp"

namespace result_that_is_a_pair {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return std::make_pair(x, x); }, x_query_d);
#else
constexpr auto p = compile([](expr x) { return std::make_tuple(x, x); }, x_query_d);
#endif
} // namespace result_that_is_a_pair
