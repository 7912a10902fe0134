// SPDX-License-Identifier: BSL-1.0
// expect g++: 'sofmax' was not declared in this scope
// expect clang: use of undeclared identifier 'sofmax'
#include "../case.hpp"

namespace unknown_function {
using namespace example;
constexpr auto f = [](expr x) {
#ifdef WRONG
  return sum(sofmax(x, query), {query, d}); // HERE
#else
  return sum(softmax(x, query), {query, d});
#endif
};
constexpr auto p = compile(value_and_grad(f), x_query_d);
} // namespace unknown_function
