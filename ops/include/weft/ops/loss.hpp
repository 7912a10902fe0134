// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/compare.hpp>
#include <weft/ops/log.hpp>
#include <weft/ops/log1p.hpp>
#include <weft/ops/logic.hpp>
#include <weft/ops/mean.hpp>
#include <weft/ops/softplus.hpp>

namespace weft {

/// What becomes of one loss for each place.
enum class loss_reduction { none, sum, mean };

namespace ir {
// Losses for each place, reduced over all their axes. The mean divides by the sum of their weights, which may lack axes
// of the losses.
constexpr expr reduced_loss(const at& loss, loss_reduction how, const at& weight = 1.0) {
  if (how == loss_reduction::none) return loss.e;
  at parts[]{loss, weight};
  if (const expr e = joined(parts, loss.e.attached() ? 2 : 1, op<sum_op>); e.id < 0) return e;
  const axes all = loss.e.ax(), weighed = parts[1].e.ax();
  const expr total = sum(loss, all);
  if (how == loss_reduction::sum) return total;
  const expr weights = sum(parts[1], weighed);
  return total / at(weights * at(elements_along(loss, all.without(weighed))));
}
} // namespace ir

/// (x - y)^2, by default its mean over all axes.
constexpr expr mse(const at& x, const at& y, loss_reduction how = loss_reduction::mean) {
  const ir::scope s("mse", x);
  const expr difference = ir::as_real(x - y);
  return ir::reduced_loss(difference * at(difference), how);
}

/// -(y ln p + (1 - y) ln(1 - p)) for probabilities p and targets y in [0, 1], by default its mean over all axes.  A
/// logarithm below -100 counts as -100 (as in PyTorch) with derivative 0; p outside [0, 1] gives NaN.  From logits use
/// `binary_cross_entropy_with_logits`: a p that is rounded to 0 or 1 has forgotten them, and no gradient brings it
/// back.
constexpr expr binary_cross_entropy(const at& p, const at& y, loss_reduction how = loss_reduction::mean) {
  const ir::scope s("binary_cross_entropy", p);
  const expr never = p >= 0 && p <= 3.72e-44, always = p == 1; // exp(-100)
  const expr log_p = where(never, -100.0, log(where(never, 1.0, p)));
  const expr log_rest = where(always, -100.0, log1p(where(always, 0.0, -p)));
  const expr of_ones = y * at(log_p), of_zeros = (1 - y) * at(log_rest);
  return ir::reduced_loss(-(of_ones + of_zeros), how);
}
/// The same of p = sigmoid(x), from the logits x: (1 - y) x + (1 + (w - 1) y) softplus(-x), which neither overflows nor
/// cancels.  `positive_weight` w multiplies the loss of y = 1.
constexpr expr binary_cross_entropy_with_logits(const at& x, const at& y, loss_reduction how = loss_reduction::mean,
                                                const at& positive_weight = 1.0) {
  const ir::scope s("binary_cross_entropy_with_logits", x);
  const expr weight = 1 + (positive_weight - 1) * y;
  const expr linear = (1 - y) * x, rest = weight * at(softplus(-x));
  return ir::reduced_loss(linear + rest, how);
}
} // namespace weft
