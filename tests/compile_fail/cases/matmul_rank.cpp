// SPDX-License-Identifier: BSL-1.0
// expect: matmul: needs at least one axis on the left and two on the right in ([query, d=64], [d=64]) at HERE
#include "../case.hpp"

namespace matmul_rank {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x, expr y) { return matmul(x, y); }, x_query_d, arg<"y">(d)); // HERE
#else
constexpr auto p = compile([](expr x, expr y) { return contract(x, y, d); }, x_query_d, arg<"y">(d));
#endif
} // namespace matmul_rank
