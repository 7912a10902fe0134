// SPDX-License-Identifier: BSL-1.0
// expect: grad: an argument that is integer has no derivative (axes [query]); name the real arguments with wrt<...>
#include "../case.hpp"

namespace gradient_of_integers {
using namespace example;
#ifdef WRONG
constexpr auto p = compile(grad([](expr ids, expr x) { return sum(x * ids, {query, d}); }), arg<"ids", integer>(query), x_query_d);
#else
constexpr auto p = compile(grad([](expr ids, expr x) { return sum(x * ids, {query, d}); }, wrt<1>), arg<"ids", integer>(query), x_query_d);
#endif
} // namespace gradient_of_integers
