// SPDX-License-Identifier: BSL-1.0
// expect: ?
#include "../case.hpp"

namespace pad_beyond_its_axis {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return pad(x, half, 40, d); }, arg<"x">(query, half)); // HERE
#else
constexpr auto p = compile([](expr x) { return pad(x, half, 32, d); }, arg<"x">(query, half));
#endif
} // namespace pad_beyond_its_axis
