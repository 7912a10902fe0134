// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/structural.hpp>

namespace weft {

/// a + b, elementwise.  d/da = 1, d/db = 1.
struct add_op : elementwise<2> {
  static constexpr std::string_view name = "add";
  static constexpr ir::kinds rule = ir::kinds::same;
  static constexpr unsigned traits = ir::trait::addition;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a + b; }
  static constexpr std::array<expr, 2> partials(const expr&, const expr&, const expr&) { return {expr(1), expr(1)}; }
  static constexpr double fold(const double* x) { return x[0] + x[1]; }
  /// x + 0 = x.
  static constexpr expr simplify(const expr* in, int, const ir::node& y) {
    for (int i = 0; i < 2; i++)
      if (in[i].is_constant_equal(0) && in[1 - i].ax() == y.ax) return in[1 - i];
    return {};
  }
  /// What is -infinity alone stays so: that of a masked score and any finite number.
  static constexpr ir::interval range(ir::interval a, ir::interval b) {
    return a.hi == -infinity ? a : b.hi == -infinity ? b : ir::interval{a.lo + b.lo, a.hi + b.hi};
  }
};
constexpr expr operator+(const at& a, const at& b) { return ir::binary<add_op>(a, b); }
constexpr expr& operator+=(expr& a, const at& b) { return a = ir::binary<add_op>({a, b.where}, b); }
} // namespace weft

#include <weft/ops/algebra.hpp> // derivatives are written in all of it

extern template struct weft::ir::of<weft::add_op>;
