// SPDX-License-Identifier: BSL-1.0
// expect: arg: a name can't be empty
#include "../case.hpp"

namespace argument_without_a_name {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return sum(x, d); }, arg<"">(query, d));
#else
constexpr auto p = compile([](expr x) { return sum(x, d); }, arg<"x">(query, d));
#endif
} // namespace argument_without_a_name
