// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/scan.hpp>

namespace weft {

namespace ir {
constexpr expr linear_recurrence(const expr& a, const expr& b, axis_ref axis, long bits, place where);
}

/// y[i] = a[i] y[i-1] + b[i] along an axis, y[0] = b[0] (a[0] is not read): a linear state-space model's scan, and what
/// the derivatives of running products are made of.  {.reverse = true}: y[i] = a[i] y[i+1] + b[i]; {.exclusive = true}:
/// at each place what comes before it, 0 at the first.  Operands are matched by axis names; a need not have the axis.
/// db = l with l[i] = dy[i] + a[i+1] l[i+1], the recurrence in the other direction, and da[i] = l[i] y[i-1]: closed
/// under differentiation, without a division.  One multiplication and one addition after another; nothing is cleared,
/// so 0 times an infinity is NaN from there on.
struct linear_recurrence_op {
  static constexpr std::string_view name = "linear_recurrence";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = 2;
  static constexpr ir::kinds rule = ir::kinds::reals;
  static constexpr double flops = 2;
  static constexpr ir::verdict infer(const ir::operand* in, int n, const ir::attributes& a) {
    return ir::scanned(in, n, a);
  }
  // With `late` the factor is a[i-1]: what the adjoint needs, whose direction is the other one.
  static constexpr expr vjp(int which, const expr* in, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    const axis_ref axis = x.at.axis;
    const bool reverse = x.at.start & ir::reversed;
    const expr l = ir::linear_recurrence(in[0], dy, axis, x.at.start ^ (ir::reversed | ir::late), x.where);
    if (which == 1) return l;
    if (x.at.start & ir::late) return ir::one_later(l, axis, !reverse, 0.0) * at(y, x.where);
    return l * at(ir::one_later(y, axis, reverse, 0.0), x.where);
  }
  static constexpr expr jvp(const expr* in, const expr* t, const expr& y) {
    const ir::node x = y.node();
    const bool reverse = x.at.start & ir::reversed;
    expr pushed = t[1];
    if (t[0].attached()) {
      const expr by_a = x.at.start & ir::late ? ir::one_later(y * at(t[0]), x.at.axis, reverse, 0.0)
                                              : ir::one_later(y, x.at.axis, reverse, 0.0) * at(t[0]);
      pushed = pushed.attached() ? by_a + at(pushed, x.where) : by_a;
    }
    return ir::linear_recurrence(in[0], ir::arrange(pushed, x.ax, x.where), x.at.axis, x.at.start, x.where);
  }
  static void run(const ir::general_call& call);
};
namespace ir {
constexpr expr linear_recurrence(const expr& a, const expr& b, axis_ref axis, long bits, place where) {
  const expr in[2]{a, b};
  return emit(op<linear_recurrence_op>, in, 2, scan_along(axis, bits), where);
}
} // namespace ir
constexpr expr linear_recurrence(const at& a, const at& b, axis_ref axis, scan how = {}) {
  const expr y = ir::linear_recurrence(a.e, b.e, axis, how.reverse ? ir::reversed : 0, a.where);
  return ir::as_asked(at(y, a.where), axis, how, 0.0);
}
/// y[i] = x[0] x[1] ... x[i] along an axis; {.reverse = true}: x[i] ... x[n-1]; {.exclusive = true}: without x[i], 1 at
/// the first place.  A linear recurrence: the derivative is right where factors are 0, and integers become reals.
constexpr expr cumprod(const at& x, axis_ref axis, scan how = {}) {
  const ir::scope s("cumprod", x);
  const expr last = extent(axis) - 1, first = index(axis) == at(how.reverse ? last : expr(0));
  const expr y = linear_recurrence(x, where(first, x, 0.0), axis, {.reverse = how.reverse});
  return ir::as_asked(at(y, x.where), axis, how, 1.0);
}
} // namespace weft

extern template struct weft::ir::of<weft::linear_recurrence_op>;
