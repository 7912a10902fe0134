// SPDX-License-Identifier: BSL-1.0
// expect: slice: reaches beyond its axis: d=64 and half=32 in ([query, d=64]); start must be at least 0, start + extent at most the whole's extent at HERE
#include "../case.hpp"

namespace slice_beyond_its_axis {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return slice(x, d, 40, half); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return slice(x, d, 32, half); }, x_query_d);
#endif
} // namespace slice_beyond_its_axis
