// SPDX-License-Identifier: BSL-1.0
// expect: build: the function returns double; return expr, or a std::tuple, std::array, std::vector or Hana struct of them (a number: expr(number))
#include "../case.hpp"

namespace built_result_that_is_a_number {
using namespace example;
inline auto built() {
#ifdef WRONG
  return build([](expr) { return 3.0; }, x_query_d);
#else
  return build([](expr) { return expr(3.0); }, x_query_d);
#endif
}
} // namespace built_result_that_is_a_number
