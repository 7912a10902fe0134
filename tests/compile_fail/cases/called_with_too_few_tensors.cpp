// SPDX-License-Identifier: BSL-1.0
// expect: weft: the program is called with another number of arguments than it was compiled for
#include "../case.hpp"

namespace called_with_too_few_tensors {
using namespace example;
constexpr auto p = compile([](expr x, expr y) { return x + y; }, x_query_d, y_query_d);
#ifdef WRONG
inline auto call(const tensor<float>& x) { return p(x); } // HERE
#else
inline auto call(const tensor<float>& x) { return p(x, x); }
#endif
} // namespace called_with_too_few_tensors
