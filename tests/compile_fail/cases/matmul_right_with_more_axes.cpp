// SPDX-License-Identifier: BSL-1.0
// expect: matmul: the right has two or more axes that the left lacks in ([query, d=64], [head=8, d=64, half=32]); name the summed axis: contract(a, b, axis) at HERE
#include "../case.hpp"

namespace matmul_right_with_more_axes {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x, expr y) { return matmul(x, y); }, x_query_d, arg<"y">(head, d, half)); // HERE
#else
constexpr auto p = compile([](expr x, expr y) { return contract(x, y, d); }, x_query_d, arg<"y">(head, d, half));
#endif
} // namespace matmul_right_with_more_axes
