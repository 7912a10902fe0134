// SPDX-License-Identifier: BSL-1.0
// expect: mul: the result would have more than 8 axes in ([a, b, a', b', key, key', d=64, d'=64], [query]) at HERE
#include "../case.hpp"

namespace nine_axes {
using namespace example;
constexpr axis<"a"> a;
constexpr axis<"b"> b;
constexpr auto eight = arg<"x">(a, b, prime(a), prime(b), key, prime(key), d, prime(d));
#ifdef WRONG
constexpr auto p = compile([](expr x, expr y) { return x * y; }, eight, arg<"y">(query)); // HERE
#else
constexpr auto p = compile([](expr x, expr y) { return x * y; }, eight, arg<"y">(b));
#endif
} // namespace nine_axes
