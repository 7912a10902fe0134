// SPDX-License-Identifier: BSL-1.0
// expect: ?
#include "../case.hpp"

namespace repeated_axis {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return x; }, arg<"x">(query, query));
#else
constexpr auto p = compile([](expr x) { return x; }, arg<"x">(query, prime(query)));
#endif
} // namespace repeated_axis
