// SPDX-License-Identifier: BSL-1.0
// expect: arg: a tensor has at most 8 axes, and x has 9
#include "../case.hpp"

namespace argument_of_nine_axes {
using namespace example;
constexpr axis<"a"> a;
constexpr axis<"b"> b;
#ifdef WRONG
constexpr auto x = arg<"x">(a, b, prime(a), prime(b), key, prime(key), d, prime(d), query);
#else
constexpr auto x = arg<"x">(a, b, prime(a), prime(b), key, prime(key), d, prime(d));
#endif
constexpr auto p = compile([](expr y) { return y * 2; }, x);
} // namespace argument_of_nine_axes
