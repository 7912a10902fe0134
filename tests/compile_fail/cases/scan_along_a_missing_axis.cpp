// SPDX-License-Identifier: BSL-1.0
// expect: cumsum: no axis key in ([query, d=64]); scan along one of the operand's own axes at HERE
#include "../case.hpp"

namespace scan_along_a_missing_axis {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return cumsum(x, key); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return cumsum(x, query); }, x_query_d);
#endif
} // namespace scan_along_a_missing_axis
