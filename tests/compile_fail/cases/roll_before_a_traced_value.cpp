// SPDX-License-Identifier: BSL-1.0
// expect: roll: needs a traced value: combine its operand with one first at HERE
#include "../case.hpp"

namespace roll_before_a_traced_value {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return x * roll(index(query), query, 1); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return x * roll(index(query) + 0 * at(to_integer(x)), query, 1); }, x_query_d);
#endif
} // namespace roll_before_a_traced_value
