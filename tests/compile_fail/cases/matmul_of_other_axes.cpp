// SPDX-License-Identifier: BSL-1.0
// expect: matmul: the last axis of the left and the second-last of the right must be the same, not d=64 and key in ([query, d=64], [key, d=64]); transpose(right), rename an axis, or name it: contract(a, b, axis) at HERE
#include "../case.hpp"

namespace matmul_of_other_axes {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x, expr y) { return matmul(x, y); }, x_query_d, y_key_d); // HERE
#else
constexpr auto p = compile([](expr x, expr y) { return matmul(x, transpose(y)); }, x_query_d, y_key_d);
#endif
} // namespace matmul_of_other_axes
