// SPDX-License-Identifier: BSL-1.0
// expect: transpose: needs at least two axes in ([d=64]) at HERE
#include "../case.hpp"

namespace transpose_of_a_vector {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return transpose(x); }, arg<"x">(d)); // HERE
#else
constexpr auto p = compile([](expr x) { return transpose(x); }, x_query_d);
#endif
} // namespace transpose_of_a_vector
