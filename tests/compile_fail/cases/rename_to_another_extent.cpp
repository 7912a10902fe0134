// SPDX-License-Identifier: BSL-1.0
// expect: rename: different extents: d=64 and half=32 in ([query, d=64]); a renamed axis keeps its extent at HERE
#include "../case.hpp"

namespace rename_to_another_extent {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return rename(x, d, half); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return rename(x, d, prime(d)); }, x_query_d);
#endif
} // namespace rename_to_another_extent
