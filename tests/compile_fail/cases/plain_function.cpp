// SPDX-License-Identifier: BSL-1.0
// expect: compile: this function holds values; give it a name: `static constexpr auto f = ...; compile<f>(arguments...)`
#include "../case.hpp"

namespace plain_function {
using namespace example;
constexpr expr doubled(expr x) { return 2 * x; }
#ifdef WRONG
constexpr auto p = compile(doubled, x_query_d);
#else
constexpr auto p = compile<doubled>(x_query_d);
#endif
} // namespace plain_function
