// SPDX-License-Identifier: BSL-1.0
// expect: grad: the function must give a scalar, not one with axes [query, d=64]; sum or mean over them, or use vjp at HERE
#include "../case.hpp"

namespace gradient_of_a_matrix {
using namespace example;
#ifdef WRONG
constexpr auto p = compile(grad([](expr x) { return x * x; }), x_query_d); // HERE
#else
constexpr auto p = compile(grad([](expr x) { return sum(x * x, {query, d}); }), x_query_d);
#endif
} // namespace gradient_of_a_matrix
