// SPDX-License-Identifier: BSL-1.0
// expect: scatter_add: the values must have all axes of the ids in ([query, d=64], [key]) at HERE
#include "../case.hpp"

namespace scatter_add_without_the_axes_of_the_ids {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x, expr ids) { return scatter_add(x, ids, vocab); }, x_query_d, arg<"ids", integer>(key)); // HERE
#else
constexpr auto p = compile([](expr x, expr ids) { return scatter_add(x, ids, vocab); }, x_query_d, arg<"ids", integer>(query));
#endif
} // namespace scatter_add_without_the_axes_of_the_ids
