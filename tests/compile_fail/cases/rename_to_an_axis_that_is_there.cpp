// SPDX-License-Identifier: BSL-1.0
// expect: rename: there is already an axis d=64 in ([query, d=64]); use prime(axis) for its twin at HERE
#include "../case.hpp"

namespace rename_to_an_axis_that_is_there {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return rename(x, query, d); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return rename(x, query, prime(query)); }, x_query_d);
#endif
} // namespace rename_to_an_axis_that_is_there
