// SPDX-License-Identifier: BSL-1.0
// expect g++: compile: weft::axis<weft::text<6>{"query"}> describes no argument; give arg<..>(axes...), also arg<..>() of a scalar, or params<..>
// expect clang: compile: weft::axis<text<6>{"query"}> describes no argument; give arg<..>(axes...), also arg<..>() of a scalar, or params<..>
#include "../case.hpp"

namespace argument_that_is_an_axis {
using namespace example;
constexpr auto f = [](expr x) { return sum(x, query); };
#ifdef WRONG
constexpr auto p = compile(f, query);
#else
constexpr auto p = compile(f, arg<"x">(query));
#endif
} // namespace argument_that_is_an_axis
