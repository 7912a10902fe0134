// SPDX-License-Identifier: BSL-1.0
// expect: compile: the function does not take 1 argument (w); give one arg<..> or params<..> of its type for each of its parameters
#include "../case.hpp"

namespace params_of_another_struct {
using namespace example;
template <class T> struct layer {
  BOOST_HANA_DEFINE_STRUCT(layer, (T, gain), (T, bias));
};
template <class T> struct other {
  BOOST_HANA_DEFINE_STRUCT(other, (T, gain), (T, bias));
};
constexpr layer<axes> schema{.gain = {d}, .bias = {d}};
#ifdef WRONG
constexpr auto p = compile([](const other<expr>& w) { return w.gain + w.bias; }, params<"w", schema>);
#else
constexpr auto p = compile([](const layer<expr>& w) { return w.gain + w.bias; }, params<"w", schema>);
#endif
} // namespace params_of_another_struct
