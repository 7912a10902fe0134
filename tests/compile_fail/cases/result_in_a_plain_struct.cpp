// SPDX-License-Identifier: BSL-1.0
// expect: compile: the function returns result_in_a_plain_struct::both; return expr, or a std::tuple, std::array or Hana struct of them (a number: expr(number))
#include "../case.hpp"

namespace result_in_a_plain_struct {
using namespace example;
struct both {
#ifdef WRONG
  expr first, second;
#else
  BOOST_HANA_DEFINE_STRUCT(both, (expr, first), (expr, second));
#endif
};
constexpr auto p = compile([](expr x) { return both{x, x}; }, x_query_d);
} // namespace result_in_a_plain_struct
