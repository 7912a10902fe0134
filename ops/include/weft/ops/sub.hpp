// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/neg.hpp>

namespace weft {

constexpr expr operator-(const at& a, const at& b);

/// a - b, elementwise.  d/da = 1, d/db = -1.
struct sub_op : elementwise<2> {
  static constexpr std::string_view name = "sub";
  static constexpr ir::kinds rule = ir::kinds::same;
  static constexpr unsigned traits = ir::trait::subtraction;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a - b; }
  static constexpr std::array<expr, 2> partials(const expr&, const expr&, const expr&) { return {expr(1), expr(-1)}; }
  static constexpr double fold(const double* x) { return x[0] - x[1]; }
  /// x - 0 = x.
  static constexpr expr simplify(const expr* in, int, const ir::node& y) {
    return in[1].is_constant_equal(0) && in[0].ax() == y.ax ? in[0] : expr{};
  }
  /// What is -infinity alone stays so: that of a masked score and any finite number.
  static constexpr ir::interval range(ir::interval a, ir::interval b) {
    return a.hi == -infinity ? a : ir::interval{a.lo - b.hi, a.hi - b.lo};
  }
};
constexpr expr operator-(const at& a, const at& b) { return ir::binary<sub_op>(a, b); }
constexpr expr& operator-=(expr& a, const at& b) { return a = ir::binary<sub_op>({a, b.where}, b); }
} // namespace weft

extern template struct weft::ir::of<weft::sub_op>;
