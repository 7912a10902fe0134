// SPDX-License-Identifier: BSL-1.0
// expect: random_bits: needs integer operands, not a real one in ([query, d=64]) at HERE, in normal at HERE
#include "../case.hpp"

namespace normal_of_a_real_seed {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return normal(x, query); }, x_query_d); // HERE
#else
constexpr auto p = compile([](expr x) { return normal(x, query); }, arg<"x", integer>());
#endif
} // namespace normal_of_a_real_seed
