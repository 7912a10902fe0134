// SPDX-License-Identifier: BSL-1.0
// expect: gather: the table has no axis vocab=100 in ([query, d=64], [key]); gather along one of the table's own axes at HERE
#include "../case.hpp"

namespace gather_from_a_missing_axis {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr table, expr ids) { return gather(table, ids, vocab); }, x_query_d, arg<"ids", integer>(key)); // HERE
#else
constexpr auto p = compile([](expr table, expr ids) { return gather(table, ids, query); }, x_query_d, arg<"ids", integer>(key));
#endif
} // namespace gather_from_a_missing_axis
