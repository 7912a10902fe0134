// SPDX-License-Identifier: BSL-1.0
// expect g++: compile: arg_t<weft::text<2>{"x"}, weft::kind::real> (*)() describes no argument; give arg<..>(axes...), also arg<..>() of a scalar, or params<..>
// expect clang: compile: weft::ir::arg_t<text<2>{"x"}, weft::kind::real> (*)() describes no argument; give arg<..>(axes...), also arg<..>() of a scalar, or params<..>
#include "../case.hpp"

namespace argument_without_its_axes {
using namespace example;
constexpr auto f = [](expr x) { return x * 2; };
#ifdef WRONG
constexpr auto p = compile(f, arg<"x">);
#else
constexpr auto p = compile(f, arg<"x">());
#endif
} // namespace argument_without_its_axes
