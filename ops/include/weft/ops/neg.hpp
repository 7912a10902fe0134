// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/structural.hpp>

namespace weft {

/// -x, elementwise.  d/dx = -1.
struct neg_op : elementwise<1> {
  static constexpr std::string_view name = "neg";
  static constexpr ir::kinds rule = ir::kinds::same;
  static constexpr unsigned traits = ir::trait::negation;
  [[gnu::always_inline]] static auto eval(auto x) { return -x; }
  static constexpr std::array<expr, 1> partials(const expr&, const expr&) { return {expr(-1)}; }
  static constexpr double fold(const double* x) { return -x[0]; }
  /// -(-x) = x.
  static constexpr expr simplify(const expr* in, int, const ir::node&) {
    const ir::node x = in[0].node();
    return x.op == ir::op<neg_op> ? expr{in[0].g, in[0].g->operands[x.first]} : expr{};
  }
  static constexpr ir::interval range(ir::interval x) { return {-x.hi, -x.lo}; }
};
constexpr expr operator-(const at& x) { return ir::unary<neg_op>(x); }
} // namespace weft

#include <weft/ops/algebra.hpp> // derivatives are written in all of it

extern template struct weft::ir::of<weft::neg_op>;
