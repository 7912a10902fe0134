// SPDX-License-Identifier: BSL-1.0
// expect: broadcast: the wanted axes name one twice: d=64 in ([query, d=64]) at HERE
#include "../case.hpp"

namespace broadcast_to_one_axis_twice {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return broadcast(x, {query, d, d}); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return broadcast(x, {d, query}); }, x_query_d);
#endif
} // namespace broadcast_to_one_axis_twice
