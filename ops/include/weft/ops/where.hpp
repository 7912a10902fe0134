// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

constexpr expr where(const at& condition, const at& a, const at& b);

/// condition ? a : b, elementwise.  The cotangent goes to the operand that was chosen, the other gets exactly 0: a
/// selection, never a product, so an operand that is infinite or NaN behind a mask reaches neither value nor gradient.
/// What made that operand has derivatives of its own: in where(x > 0, sqrt(x), 0) at 0 the root gives 0 times infinity;
/// write sqrt(where(x > 0, x, 1)) inside.
struct where_op : elementwise<3> {
  static constexpr std::string_view name = "where";
  static constexpr ir::kinds rule = ir::kinds::select;
  static constexpr unsigned traits = ir::trait::selection;
  [[gnu::always_inline]] static auto eval(auto c, auto a, auto b) {
    if constexpr (std::is_same_v<decltype(c), bool>) return c ? a : b;
    else return select(c, a, b);
  }
  static constexpr expr vjp(int which, const expr* in, const expr&, const expr& dy) {
    return which == 1 ? where(in[0], dy, 0.0) : where(in[0], 0.0, dy);
  }
  static constexpr expr jvp(const expr* in, const expr* t, const expr&) {
    return where(in[0], t[1].attached() ? t[1] : expr(0.0), t[2].attached() ? t[2] : expr(0.0));
  }
  /// where(c, x, x) = x.
  static constexpr expr simplify(const expr* in, int, const ir::node& y) {
    return in[1].id == in[2].id && in[1].ax() == y.ax ? in[1] : expr{};
  }
  static constexpr ir::interval range(ir::interval c, ir::interval a, ir::interval b) {
    if (c.lo == 1) return a;
    if (c.hi == 0) return b;
    return {a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi};
  }
};
constexpr expr where(const at& condition, const at& a, const at& b) { return ir::ternary<where_op>(condition, a, b); }
} // namespace weft

extern template struct weft::ir::of<weft::where_op>;
