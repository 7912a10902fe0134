// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/add.hpp>
#include <weft/ops/div.hpp>
#include <weft/ops/exp.hpp>
#include <weft/ops/exp_lowered.hpp>
#include <weft/ops/guarded.hpp>
#include <weft/ops/log.hpp>
#include <weft/ops/max.hpp>
#include <weft/ops/sub.hpp>

namespace weft {

constexpr expr logsumexp(const at& x, const axes& over);

/// log sum exp(x) over axes, stable: m + log sum exp(x - m), m the largest.  Where every x is -infinity (or the axis is
/// empty) -infinity, and its derivative 0; where one is +infinity +infinity, and its derivative NaN there, 0 elsewhere.
/// d/dx = exp(x - guarded(y)): the softmax.
struct logsumexp_op {
  static constexpr std::string_view name = "logsumexp";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::reals;
  static constexpr unsigned traits = ir::trait::log_sum_exp;
  static constexpr double flops = 15;
  static constexpr ir::verdict infer(const ir::operand* in, int n, const ir::attributes& a) {
    return ir::reduced(in, n, a);
  }
  static constexpr expr normalised_by(const expr& x, const expr& y) { return exp(x - at(guarded(y))); }
  static constexpr expr vjp(int, const expr* in, const expr& y, const expr& dy) {
    return dy * at(normalised_by(in[0], y));
  }
  static constexpr expr jvp(const expr* in, const expr* t, const expr& y) {
    return sum(t[0] * at(normalised_by(in[0], y)), in[0].ax().without(y.ax()));
  }
  /// exp(x - m) with m the largest x (0 if that is infinite).
  static constexpr expr exponentials(const expr& x, const axes& over) {
    return exp_lowered(x - at(exp_op::shift(x, over)));
  }
  /// log sum exp(x - m).
  static constexpr expr lowered(const expr& x, const axes& over) { return log(sum(exponentials(x, over), over)); }
  /// m + log sum exp(x - m): how it runs where it is not streamed.
  static constexpr expr expand(const expr* in, const ir::node& y) {
    const axes over = in[0].ax().without(y.ax);
    return exp_op::shift(in[0], over) + at(lowered(in[0], over));
  }
  /// exp(x - guarded(y)) from the exponentials that y needs anyway: one exponential an element instead of two.
  static constexpr expr expand_normalised(const expr* in, const ir::node& y) {
    const axes over = in[0].ax().without(y.ax);
    const expr e = exponentials(in[0], over), total = sum(e, over);
    const expr empty = total == 0.0, inverse = 1 / at(total);
    return e * at(where(empty, 0.0, inverse));
  }
  static void run(const ir::general_call& call);
};
constexpr expr logsumexp(const at& x, const axes& over) { return ir::reduce<logsumexp_op>(x, over); }
} // namespace weft

extern template struct weft::ir::of<weft::logsumexp_op>;
