// SPDX-License-Identifier: BSL-1.0
// expect: split: the extents of the parts don't multiply up to d=64 in ([query, d=64]); an axis holds all pairs of its parts at HERE
#include "../case.hpp"

namespace split_that_does_not_multiply_up {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return split(x, d, {head, prime(head), half}); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return split(x, d, {head, prime(head)}); }, x_query_d);
#endif
} // namespace split_that_does_not_multiply_up
