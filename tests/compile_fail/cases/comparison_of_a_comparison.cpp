// SPDX-License-Identifier: BSL-1.0
// expect: less: compares a boolean with a number; a < x < b is a < x && x < b in ([query, d=64], []) at HERE
#include "../case.hpp"

namespace comparison_of_a_comparison {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return 0.0 < x < 1.0; }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return 0.0 < x && x < 1.0; }, x_query_d);
#endif
} // namespace comparison_of_a_comparison
