// SPDX-License-Identifier: BSL-1.0
// expect: compile: the function returns void; return expr, or a std::tuple, std::array or Hana struct of them (a number: expr(number))
#include "../case.hpp"

namespace result_of_nothing {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { exp(x); }, x_query_d);
#else
constexpr auto p = compile([](expr x) { return exp(x); }, x_query_d);
#endif
} // namespace result_of_nothing
