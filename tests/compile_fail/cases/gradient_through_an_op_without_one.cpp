// SPDX-License-Identifier: BSL-1.0
// expect: floored: has no derivative rule (grad asked for one); give it partials, transpose or vjp and jvp, or stop_gradient its operand at HERE
#include "../case.hpp"

namespace gradient_through_an_op_without_one {
using namespace example;
constexpr expr floored(const at& x);
struct floored_op : elementwise<1> {
  static constexpr std::string_view name = "floored";
  static auto eval(auto x) { return x; }
#ifndef WRONG
  static constexpr std::array<expr, 1> partials(const expr&, const expr&) { return {expr(0.0)}; }
#endif
};
constexpr expr floored(const at& x) { return ir::unary<floored_op>(x); }
#ifdef WRONG
constexpr auto p = compile(grad([](expr x) { return sum(floored(x) * x, {query, d}); }), x_query_d); // HERE
#else
constexpr auto p = compile(grad([](expr x) { return sum(floored(x) * x, {query, d}); }), x_query_d);
#endif
} // namespace gradient_through_an_op_without_one
