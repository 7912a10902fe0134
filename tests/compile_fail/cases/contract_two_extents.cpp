// SPDX-License-Identifier: BSL-1.0
// expect: contract: one axis with two extents: d=64 and d=32 in ([query, d=64], [key, d=32]); give one of them another name (rename) or the same extent at HERE
#include "../case.hpp"

namespace contract_two_extents {
using namespace example;
constexpr axis<"d", 32> narrow;
#ifdef WRONG
constexpr auto p = compile([](expr x, expr y) { return contract(x, y, d); }, x_query_d, arg<"y">(key, narrow)); // HERE
#else
constexpr auto p = compile([](expr x, expr y) { return contract(x, y, {}); }, x_query_d, arg<"y">(key, half));
#endif
} // namespace contract_two_extents
