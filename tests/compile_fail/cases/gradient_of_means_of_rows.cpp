// SPDX-License-Identifier: BSL-1.0
// expect: grad: the function must give a scalar, not one with axes [query]; sum or mean over them, or use vjp at HERE
#include "../case.hpp"

namespace gradient_of_means_of_rows {
using namespace example;
#ifdef WRONG
constexpr auto p = compile(grad([](expr x) { return mean(x, d); }), x_query_d); // HERE
#else
constexpr auto p = compile(grad([](expr x) { return mean(x, {query, d}); }), x_query_d);
#endif
} // namespace gradient_of_means_of_rows
