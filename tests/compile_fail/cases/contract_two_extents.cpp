// SPDX-License-Identifier: BSL-1.0
// expect: ?
#include "../case.hpp"

namespace contract_two_extents {
using namespace example;
constexpr axis<"d", 32> narrow;
#ifdef WRONG
constexpr auto p = compile([](expr x, expr y) { return contract(x, y, d); }, x_query_d, arg<"y">(key, narrow)); // HERE
#else
constexpr auto p = compile([](expr x, expr y) { return contract(x, rename(y, narrow, half), {}); }, x_query_d, arg<"y">(key, narrow));
#endif
} // namespace contract_two_extents
