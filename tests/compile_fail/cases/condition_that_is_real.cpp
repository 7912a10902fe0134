// SPDX-License-Identifier: BSL-1.0
// expect: ?
#include "../case.hpp"

namespace condition_that_is_real {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return where(x, x, 0.0); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return where(x > 0, x, 0.0); }, x_query_d);
#endif
} // namespace condition_that_is_real
