// SPDX-License-Identifier: BSL-1.0
// expect: ?
#include "../case.hpp"

namespace contract_over_an_axis_of_one_side {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x, expr y) { return contract(x, y, key); }, x_query_d, y_key_d); // HERE
#else
constexpr auto p = compile([](expr x, expr y) { return contract(x, y, d); }, x_query_d, y_key_d);
#endif
} // namespace contract_over_an_axis_of_one_side
