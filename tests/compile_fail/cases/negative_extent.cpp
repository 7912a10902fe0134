// SPDX-License-Identifier: BSL-1.0
// expect: ?
#include "../case.hpp"

namespace negative_extent {
using namespace example;
#ifdef WRONG
constexpr axis<"d", -2> backwards;
constexpr auto p = compile([](expr x) { return x; }, arg<"x">(backwards)); // HERE
#else
constexpr axis<"d", 2> forwards;
constexpr auto p = compile([](expr x) { return x; }, arg<"x">(forwards));
#endif
} // namespace negative_extent
