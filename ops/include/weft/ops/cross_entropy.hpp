// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/compare.hpp>
#include <weft/ops/logsumexp.hpp>
#include <weft/ops/loss.hpp>
#include <weft/ops/where.hpp>

namespace weft {

namespace ir {
// What traced targets can't be. Real ones are refused: 1.5 would quietly be no class.
constexpr verdict check_targets(const at& targets, axis_ref classes) {
  if (targets.e.kind() == real)
    return {{}, "the targets must be integers", nullptr, nullptr, "declare them as arg<\"name\", integer>(...)"};
  if (targets.e.ax().has(classes))
    return {{}, "the targets have the axis of the classes:", classes, nullptr, "give each the number of its class"};
  return {{}};
}
} // namespace ir

/// logsumexp(logits) - logits[target] along `classes`, in nats: one loss for each target.  targets are integers (reals
/// are an error) without the axis; one that is not a class has the loss logsumexp(logits) (no class is chosen).
constexpr expr cross_entropy(const at& given_logits, const at& given_targets, axis_ref classes) {
  const ir::scope s("cross_entropy", given_logits);
  at parts[]{given_logits, given_targets};
  if (const expr e = ir::joined(parts, 2, ir::op<logsumexp_op>); e.id < 0) return e;
  const at &logits = parts[0], &targets = parts[1];
  if (const auto v = ir::check_targets(targets, classes); v.refused)
    return ir::complain(targets.e, "cross_entropy", v, targets.where);
  const expr chosen = where(at(index(classes), logits.where) == targets, logits, 0.0);
  const expr all = logsumexp(logits, classes);
  return all - at(sum(chosen, classes));
}

struct cross_entropy_options {
  long ignore = -100;                        ///< targets of this number count nothing, as those that are no class
  double smoothing = 0;                      ///< the part of the target's mass that is spread over all classes
  expr weights = 1.0;                        ///< of the classes
  loss_reduction how = loss_reduction::mean; ///< the mean over the weights of the targets that count
};
/// The same with PyTorch's options: w[t] (1 - e) l[t] + e / C * sum of w[c] l[c] over the classes, where l is
/// logsumexp(logits) - logits, w are weights, e is the smoothing and C the number of classes (Szegedy et al. 2016,
/// section 7).  Whatever the logits of a target that does not count, its gradient is 0.  The mean is NaN if no target
/// counts.
constexpr expr cross_entropy(const at& given_logits, const at& given_targets, axis_ref classes,
                             const cross_entropy_options& with) {
  const ir::scope s("cross_entropy", given_logits);
  at parts[]{given_logits, given_targets};
  if (const expr e = ir::joined(parts, 2, ir::op<logsumexp_op>); e.id < 0) return e;
  const at &logits = parts[0], &targets = parts[1];
  if (const auto v = ir::check_targets(targets, classes); v.refused)
    return ir::complain(targets.e, "cross_entropy", v, targets.where);
  if (!(with.smoothing >= 0 && with.smoothing <= 1))
    return ir::complain(logits.e, "cross_entropy", {{}, "the smoothing must lie between 0 and 1"}, logits.where);
  const ir::place p = logits.where;
  const expr counts = targets >= 0 && targets < extent(classes) && targets != with.ignore;
  const expr seen = where(counts, logits, 0.0); // else an infinity or NaN would reach the gradient as 0 times it
  const expr all = logsumexp(seen, classes), is_target = at(index(classes), p) == targets;
  const expr weight = where(counts, sum(where(is_target, with.weights, 0.0), classes), 0.0);
  expr loss = weight * at(all - at(sum(where(is_target, seen, 0.0), classes)));
  if (with.smoothing != 0) {
    const expr spread = sum(with.weights * at(all - at(seen)), classes);
    loss = (1 - with.smoothing) * at(loss) + with.smoothing / at(extent(classes)) * at(spread);
  }
  return ir::reduced_loss(where(counts, loss, 0.0), with.how, weight);
}
} // namespace weft
