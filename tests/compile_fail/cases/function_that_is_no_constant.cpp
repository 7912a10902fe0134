// SPDX-License-Identifier: BSL-1.0
// expect g++: 'puts(((const char*)"traced"))' is not a constant expression
// expect clang: must be initialized by a constant expression
#include "../case.hpp"

#include <cstdio>

namespace function_that_is_no_constant {
using namespace example;
constexpr auto f = [](expr x) {
#ifdef WRONG
  std::puts("traced");
#endif
  return sum(x, {query, d});
};
constexpr auto p = compile(value_and_grad(f), x_query_d);
} // namespace function_that_is_no_constant
