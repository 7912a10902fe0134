// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

#include <string_view>

namespace weft {

/// x itself; whenever it is computed, one line on its shape and statistics is written: of the finite numbers their
/// least, greatest, mean and standard deviation, and how many are NaN and infinite.  Identity for values and
/// derivatives of any order; tangents and cotangents are not printed.  Two are never made one, and none is simplified
/// away; but x is computed, and printed, only if the result of print is used.
struct print_op {
  static constexpr std::string_view name = "print";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr unsigned traits = ir::trait::never_shared;
  static constexpr double flops = 6;
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes&) { return {in[0].ax}; }
  static constexpr expr vjp(int, const expr*, const expr&, const expr& dy) { return dy; }
  static constexpr expr jvp(const expr*, const expr* t, const expr&) { return t[0]; }
  static constexpr ir::interval range(ir::interval x) { return x; }
  static void run(const ir::general_call& call);
};
/// x, printed under a name, a literal: `q = print(q, "queries")`.
constexpr expr print(const at& x, const char* label) {
  if (!x.e.attached()) return ir::untraced(ir::op<print_op>, "needs a traced value, not index arithmetic alone");
  ir::attributes a;
  a.label = label;
  return ir::unary<print_op>(x, a);
}

/// Where the lines go: to `write`, called by one thread at a time; at first to the standard output. Gives what was set
/// before. An error if there is no function.
using print_function = void (*)(std::string_view line);
print_function print_to(print_function write);
} // namespace weft

extern template struct weft::ir::of<weft::print_op>;
