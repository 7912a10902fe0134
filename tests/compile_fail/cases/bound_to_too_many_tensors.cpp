// SPDX-License-Identifier: BSL-1.0
// expect: weft: bind takes the program's arguments, and after them a place for the result
#include "../case.hpp"

namespace bound_to_too_many_tensors {
using namespace example;
constexpr auto p = compile([](expr x) { return x * 2; }, x_query_d);
#ifdef WRONG
inline auto call(tensor<float>& x) { return p.bind(x, x, x); } // HERE
#else
inline auto call(tensor<float>& x, tensor<float>& y) { return p.bind(x, y); }
#endif
} // namespace bound_to_too_many_tensors
