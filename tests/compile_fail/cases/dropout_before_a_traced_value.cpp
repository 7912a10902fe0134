// SPDX-License-Identifier: BSL-1.0
// expect: expr: dropout needs a traced value: combine its operand with one first at HERE
#include "../case.hpp"

namespace dropout_before_a_traced_value {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return x * dropout(index(query) * 0.5, 0.5, 7); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return x * dropout(index(query) * 0.5 + 0 * at(x), 0.5, 7); }, x_query_d);
#endif
} // namespace dropout_before_a_traced_value
