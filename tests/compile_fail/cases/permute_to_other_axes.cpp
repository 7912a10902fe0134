// SPDX-License-Identifier: BSL-1.0
// expect: permute: the new order must name the same axes in ([query, d=64]) at HERE
#include "../case.hpp"

namespace permute_to_other_axes {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return permute(x, {key, d}); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return permute(x, {d, query}); }, x_query_d);
#endif
} // namespace permute_to_other_axes
