// SPDX-License-Identifier: BSL-1.0
// expect g++: no match for call to
// expect clang: no matching function for call to object of type
#include "../case.hpp"

namespace generic_lambda_with_more_parameters {
using namespace example;
constexpr auto f = [](auto x, auto y) { return x * y; };
#ifdef WRONG
constexpr auto p = compile(f, x_query_d); // HERE
#else
constexpr auto p = compile(f, x_query_d, y_query_d);
#endif
} // namespace generic_lambda_with_more_parameters
