// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/exp.hpp>
#include <weft/ops/guarded.hpp>
#include <weft/ops/linear_recurrence.hpp>
#include <weft/ops/sub.hpp>

namespace weft {

constexpr expr logcumsumexp(const at& x, axis_ref axis, scan how = {});

/// y[i] = log(exp(x[0]) + ... + exp(x[i])) along an axis; {.reverse = true}: from the end; {.exclusive = true}: without
/// x[i], -infinity at the first place.  Stable: m + log sum exp(x - m), m the largest so far.  -infinity as long as
/// every x is; then the derivative is 0.  Derivatives scan with the factors exp(y[i-1] - y[i]) <= 1, so they neither
/// overflow nor lose small terms; after an x of +infinity they are NaN.
struct logcumsumexp_op {
  static constexpr std::string_view name = "logcumsumexp";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::reals;
  static constexpr double flops = 30;
  static constexpr ir::verdict infer(const ir::operand* in, int n, const ir::attributes& a) {
    return ir::scanned(in, n, a);
  }
  /// d y[i] = kept[i] d y[i-1] + share[i] d x[i].
  struct weights {
    expr kept, share;
  };
  static constexpr weights weights_of(const expr& x, const expr& y, const ir::node& n) {
    const expr before = ir::one_later(y, n.at.axis, n.at.start & ir::reversed, -infinity), total = guarded(y);
    return {exp(before - at(total)), exp(x - at(total))};
  }
  static constexpr expr vjp(int, const expr* in, const expr& y, const expr& dy) {
    const ir::node n = y.node();
    const weights w = weights_of(in[0], y, n);
    return w.share * at(ir::linear_recurrence(w.kept, dy, n.at.axis, n.at.start ^ (ir::reversed | ir::late), n.where));
  }
  static constexpr expr jvp(const expr* in, const expr* t, const expr& y) {
    const ir::node n = y.node();
    const weights w = weights_of(in[0], y, n);
    return ir::linear_recurrence(w.kept, w.share * at(t[0]), n.at.axis, n.at.start, n.where);
  }
  static void run(const ir::general_call& call);
};
constexpr expr logcumsumexp(const at& x, axis_ref axis, scan how) {
  const expr y = ir::unary<logcumsumexp_op>(x, ir::scan_along(axis, how.reverse ? ir::reversed : 0));
  return ir::as_asked(at(y, x.where), axis, how, -infinity);
}
} // namespace weft

extern template struct weft::ir::of<weft::logcumsumexp_op>;
