// SPDX-License-Identifier: BSL-1.0
// expect g++: has no member named 'projection'
// expect clang: no member named 'projection' in 'unknown_parameter::weights<weft::expr>'
#include "../case.hpp"

namespace unknown_parameter {
using namespace example;
template <class T> struct weights {
  BOOST_HANA_DEFINE_STRUCT(weights, (T, projected), (T, bias));
};
constexpr weights<axes> weight_axes{.projected = {d, half}, .bias = {half}};
#ifdef WRONG
constexpr auto p = compile([](const weights<expr>& w, expr x) {
  return contract(x, w.projection, d); // HERE
}, params<"w", weight_axes>, x_query_d);
#else
constexpr auto p = compile([](const weights<expr>& w, expr x) {
  return contract(x, w.projected, d);
}, params<"w", weight_axes>, x_query_d);
#endif
} // namespace unknown_parameter
