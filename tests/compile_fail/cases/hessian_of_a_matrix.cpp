// SPDX-License-Identifier: BSL-1.0
// expect: grad: the function must give a scalar, not one with axes [query]; sum or mean over them, or use vjp at HERE
#include "../case.hpp"

namespace hessian_of_a_matrix {
using namespace example;
#ifdef WRONG
constexpr auto p = compile(hvp([](expr x) { return sum(x * x, d); }), x_query_d, y_query_d); // HERE
#else
constexpr auto p = compile(hvp([](expr x) { return sum(x * x, {d, query}); }), x_query_d, y_query_d);
#endif
} // namespace hessian_of_a_matrix
