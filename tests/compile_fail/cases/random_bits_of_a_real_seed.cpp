// SPDX-License-Identifier: BSL-1.0
// expect: random_bits: needs integer operands, not a real one in ([]) at HERE
#include "../case.hpp"

namespace random_bits_of_a_real_seed {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr seed) { return random_bits(seed, axes(d)); }, arg<"seed">()); // HERE
#else
constexpr auto p = compile([](expr seed) { return random_bits(seed, axes(d)); }, arg<"seed", integer>());
#endif
} // namespace random_bits_of_a_real_seed
