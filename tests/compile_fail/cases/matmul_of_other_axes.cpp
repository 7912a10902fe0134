// SPDX-License-Identifier: BSL-1.0
// expect: ?
#include "../case.hpp"

namespace matmul_of_other_axes {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x, expr y) { return matmul(x, y); }, x_query_d, y_key_d); // HERE
#else
constexpr auto p = compile([](expr x, expr y) { return matmul(x, transpose(y)); }, x_query_d, y_key_d);
#endif
} // namespace matmul_of_other_axes
