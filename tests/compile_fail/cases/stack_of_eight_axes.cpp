// SPDX-License-Identifier: BSL-1.0
// expect: stack: the result would have more than 8 axes in ([a, b, a', b', key, key', d=64, d'=64]) at HERE
#include "../case.hpp"

namespace stack_of_eight_axes {
using namespace example;
constexpr axis<"a"> a;
constexpr axis<"b"> b;
constexpr axis<"layer", 2> layer;
constexpr auto eight = arg<"x">(a, b, prime(a), prime(b), key, prime(key), d, prime(d));
constexpr auto seven = arg<"x">(a, b, prime(a), prime(b), key, prime(key), d);
#ifdef WRONG
constexpr auto p = compile([](expr x) { return stack(layer, x, x); }, eight); // HERE
#else
constexpr auto p = compile([](expr x) { return stack(layer, x, x); }, seven);
#endif
} // namespace stack_of_eight_axes
