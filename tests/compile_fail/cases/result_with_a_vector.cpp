// SPDX-License-Identifier: BSL-1.0
// expect g++: compile: the function returns std::tuple<weft::expr, std::vector<weft::expr, std::allocator<weft::expr> > >; return expr, or a std::tuple, std::array or Hana struct of them (a number: expr(number))
// expect clang: compile: the function returns std::tuple<weft::expr, std::vector<weft::expr>>; return expr, or a std::tuple, std::array or Hana struct of them (a number: expr(number))
#include "../case.hpp"

namespace result_with_a_vector {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return std::tuple(x, std::vector{x, x}); }, x_query_d);
#else
constexpr auto p = compile([](expr x) { return std::tuple(x, std::array{x, x}); }, x_query_d);
inline auto built() {
  return build([](expr x) { return std::tuple(x, std::vector{x, x}); }, x_query_d);
}
#endif
} // namespace result_with_a_vector
