// SPDX-License-Identifier: BSL-1.0
// expect: permute: the new order must name the same axes in ([query]) at HERE, in einsum at HERE
#include "../case.hpp"

namespace einsum_with_an_axis_of_no_operand {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x, expr y) { return einsum({query, key}, x, y); }, x_query_d, y_query_d); // HERE
#else
constexpr auto p = compile([](expr x, expr y) { return einsum({query}, x, y); }, x_query_d, y_query_d);
#endif
} // namespace einsum_with_an_axis_of_no_operand
