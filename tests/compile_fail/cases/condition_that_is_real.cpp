// SPDX-License-Identifier: BSL-1.0
// expect: where: needs a boolean operand (compare something) in ([query, d=64]) at HERE
#include "../case.hpp"

namespace condition_that_is_real {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return where(x, x, 0.0); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return where(x > 0, x, 0.0); }, x_query_d);
#endif
} // namespace condition_that_is_real
