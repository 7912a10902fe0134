// SPDX-License-Identifier: BSL-1.0
// expect: permute: no axis key in ([query, d=64]); name each of the operand's axes once at HERE
#include "../case.hpp"

namespace permute_to_other_axes {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return permute(x, {key, d}); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return permute(x, {d, query}); }, x_query_d);
#endif
} // namespace permute_to_other_axes
