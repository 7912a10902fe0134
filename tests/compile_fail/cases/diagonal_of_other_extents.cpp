// SPDX-License-Identifier: BSL-1.0
// expect: diagonal: different extents: d=64 and half=32 in ([query, half=32, d=64]) at HERE
#include "../case.hpp"

namespace diagonal_of_other_extents {
using namespace example;
#ifdef WRONG
constexpr auto x = arg<"x">(query, half, d);
#else
constexpr auto x = arg<"x">(query, prime(d), d);
#endif
#ifdef WRONG
constexpr auto p = compile([](expr x) { return diagonal(x, d, half); }, x); // HERE
#else
constexpr auto p = compile([](expr x) { return diagonal(x, d, prime(d)); }, x);
#endif
} // namespace diagonal_of_other_extents
