// SPDX-License-Identifier: BSL-1.0
// expect: rename: no axis key in ([query, d=64]); rename one of the operand's own axes at HERE
#include "../case.hpp"

namespace rename_of_a_missing_axis {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return rename(x, key, prime(key)); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return rename(x, query, key); }, x_query_d);
#endif
} // namespace rename_of_a_missing_axis
