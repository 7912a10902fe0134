// SPDX-License-Identifier: BSL-1.0
// expect: grad: the function must give a real value, not an integer at HERE
#include "../case.hpp"

namespace gradient_of_an_integer_value {
using namespace example;
#ifdef WRONG
constexpr auto p = compile(grad([](expr, expr ids) { return sum(ids, query); }), x_query_d, arg<"ids", integer>(query)); // HERE
#else
constexpr auto p = compile(grad([](expr, expr ids) { return sum(ids * 1.0, query); }), x_query_d, arg<"ids", integer>(query));
#endif
} // namespace gradient_of_an_integer_value
