// SPDX-License-Identifier: BSL-1.0
// expect: contract: both sides must have axis key in ([query, d=64], [key, d=64]); rename one side's axis, or sum over what only one side has at HERE
#include "../case.hpp"

namespace contract_over_an_axis_of_one_side {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x, expr y) { return contract(x, y, key); }, x_query_d, y_key_d); // HERE
#else
constexpr auto p = compile([](expr x, expr y) { return contract(x, y, d); }, x_query_d, y_key_d);
#endif
} // namespace contract_over_an_axis_of_one_side
