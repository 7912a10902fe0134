// SPDX-License-Identifier: BSL-1.0
// expect: compile: the function does not take 1 argument, what its transformations leave of 2 (x, y); give one arg<..> or params<..> of its type for each of its parameters, besides them a cotangent to vjp, tangents to jvp and hvp
#include "../case.hpp"

namespace hessian_without_tangents {
using namespace example;
constexpr auto f = [](expr x, expr y) { return sum(x * y, {query, d}); };
#ifdef WRONG
constexpr auto p = compile(hvp(f), x_query_d, y_query_d);
#else
constexpr auto p = compile(hvp(f), x_query_d, y_query_d, arg<"tx">(query, d), arg<"ty">(query, d));
#endif
} // namespace hessian_without_tangents
