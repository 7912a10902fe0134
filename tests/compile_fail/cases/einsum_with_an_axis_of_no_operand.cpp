// SPDX-License-Identifier: BSL-1.0
// expect: einsum: no operand has axis key in ([query, d=64], [query, d=64]); name axes of the operands at HERE, in einsum at HERE
#include "../case.hpp"

namespace einsum_with_an_axis_of_no_operand {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x, expr y) { return einsum({query, key}, x, y); }, x_query_d, y_query_d); // HERE
#else
constexpr auto p = compile([](expr x, expr y) { return einsum({query}, x, y); }, x_query_d, y_query_d);
#endif
} // namespace einsum_with_an_axis_of_no_operand
