// SPDX-License-Identifier: BSL-1.0
// expect: arguments: one axis with two extents: d=64 and d=48 in y; give one of them another name or the same extent
#include "../case.hpp"

namespace arguments_of_two_extents {
using namespace example;
constexpr axis<"d", 48> narrow;
constexpr auto f = [](expr x, expr y) { return std::tuple(x * 2, y * 2); };
#ifdef WRONG
constexpr auto p = compile(f, x_query_d, arg<"y">(narrow));
#else
constexpr auto p = compile(f, x_query_d, arg<"y">(d));
#endif
} // namespace arguments_of_two_extents
