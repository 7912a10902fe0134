// SPDX-License-Identifier: BSL-1.0
// expect: logical_and: needs a boolean operand (compare something) in ([query, d=64]) at HERE
#include "../case.hpp"

namespace logic_on_reals {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x, expr y) { return x && y > 0; }, x_query_d, y_query_d); // HERE
#else
constexpr auto p = compile([](expr x, expr y) { return x != 0 && y > 0; }, x_query_d, y_query_d);
#endif
} // namespace logic_on_reals
