// SPDX-License-Identifier: BSL-1.0
// expect: a program takes tensors: give a number as tensor<float>(number)
#include "../case.hpp"

namespace called_with_a_number {
using namespace example;
constexpr auto p = compile([](expr x) { return x * 2; }, arg<"x">());
#ifdef WRONG
inline auto call() { return p(2.0); }
#else
inline auto call() { return p(tensor<double>(2.0)); }
#endif
} // namespace called_with_a_number
