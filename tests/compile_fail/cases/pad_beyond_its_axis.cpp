// SPDX-License-Identifier: BSL-1.0
// expect: pad: reaches beyond its axis: half=32 and d=64 in ([query, half=32]); start must be at least 0, start + extent at most the whole's extent at HERE
#include "../case.hpp"

namespace pad_beyond_its_axis {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return pad(x, half, 40, d); }, arg<"x">(query, half)); // HERE
#else
constexpr auto p = compile([](expr x) { return pad(x, half, 32, d); }, arg<"x">(query, half));
#endif
} // namespace pad_beyond_its_axis
