// SPDX-License-Identifier: BSL-1.0
// expect: input: an argument has one axis twice: query; use prime(axis) for the twin of an axis
#include "../case.hpp"

namespace repeated_axis {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return x; }, arg<"x">(query, query));
#else
constexpr auto p = compile([](expr x) { return x; }, arg<"x">(query, prime(query)));
#endif
} // namespace repeated_axis
