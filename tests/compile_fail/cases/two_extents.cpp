// SPDX-License-Identifier: BSL-1.0
// expect: add: one axis with two extents: d=64 and d=32 in ([query, d=64], [query, d=32]); give one of them another name (rename) or the same extent at HERE
#include "../case.hpp"

namespace two_extents {
using namespace example;
constexpr axis<"d", 32> narrow;
#ifdef WRONG
constexpr auto p = compile([](expr x, expr y) { return x + y; }, x_query_d, arg<"y">(query, narrow)); // HERE
#else
constexpr auto p = compile([](expr x, expr y) { return x + y; }, x_query_d, arg<"y">(query, half));
#endif
} // namespace two_extents
