// SPDX-License-Identifier: BSL-1.0
// expect: broadcast: the wanted axes lack query in ([query, d=64]); name all of the operand's axes, or sum over this one before at HERE
#include "../case.hpp"

namespace broadcast_to_fewer_axes {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return broadcast(x, {key, d}); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return broadcast(x, {key, d, query}); }, x_query_d);
#endif
} // namespace broadcast_to_fewer_axes
