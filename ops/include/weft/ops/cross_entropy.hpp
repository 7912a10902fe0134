// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/compare.hpp>
#include <weft/ops/gather.hpp>
#include <weft/ops/logsumexp.hpp>
#include <weft/ops/loss.hpp>
#include <weft/ops/where.hpp>

namespace weft {

namespace ir {
// Logits and targets in one graph; gives the logits, or what is wrong with the two (its id is negative). Real targets
// are refused: 1.5 would quietly be no class.
constexpr expr joined_targets(at (&both)[2], axis_ref classes) {
  if (const expr e = joined(both, 2, op<logsumexp_op>); e.id < 0) return e;
  const at& targets = both[1];
  const auto refuse = [&](const verdict& v) { return complain(targets.e, "cross_entropy", v, targets.where); };
  if (targets.e.kind() == real)
    return refuse(
        {{}, "the targets must be integers", nullptr, nullptr, "declare them as arg<\"name\", integer>(...)"});
  if (targets.e.ax().has(classes))
    return refuse(
        {{}, "the targets have the axis of the classes:", classes, nullptr, "give each the number of its class"});
  return both[0].e;
}
// The targets themselves, looked up among the classes: one that is none of them is an error.
constexpr expr known_classes(const at& targets, axis_ref classes) {
  return gather(at(index(classes), targets.where), targets, classes);
}
} // namespace ir

/// logsumexp(logits) - logits[target] along `classes`, in nats: one loss for each target.  targets are integers (reals
/// are an error) without the axis; one that is not a class is an error.
constexpr expr cross_entropy(const at& logits, const at& targets, axis_ref classes) {
  const ir::scope s("cross_entropy", logits);
  at both[]{logits, targets};
  if (const expr e = ir::joined_targets(both, classes); e.id < 0) return e;
  const at &l = both[0], &t = both[1];
  const expr chosen = where(at(index(classes), l.where) == ir::known_classes(t, classes), l, 0.0);
  const expr all = logsumexp(l, classes);
  return all - at(sum(chosen, classes));
}

/// What PyTorch's function of this name takes besides.
struct cross_entropy_options {
  long ignore = -100;   ///< targets of this number count nothing; others that are no class are errors
  double smoothing = 0; ///< the part of the target's mass that is spread over all classes
  expr weights = 1.0;   ///< of the classes
  loss_reduction how = loss_reduction::mean; ///< the mean over the weights of the targets that count
};
/// The same with PyTorch's options: w[t] (1 - e) l[t] + e / C * sum of w[c] l[c] over the classes, where l is
/// logsumexp(logits) - logits, w are weights, e is the smoothing and C the number of classes (Szegedy et al. 2016,
/// section 7).  Whatever the logits of a target that does not count, its gradient is 0.  The mean is NaN if no target
/// counts.
constexpr expr cross_entropy(const at& logits, const at& targets, axis_ref classes, const cross_entropy_options& with) {
  const ir::scope s("cross_entropy", logits);
  at both[]{logits, targets};
  if (const expr e = ir::joined_targets(both, classes); e.id < 0) return e;
  const at &l = both[0], &t = both[1];
  const ir::place p = l.where;
  if (!(with.smoothing >= 0 && with.smoothing <= 1))
    return ir::complain(l.e, "cross_entropy", {{}, "the smoothing must lie between 0 and 1"}, p);
  const expr counts = t != with.ignore;
  const expr target = ir::known_classes(at(where(counts, t, 0), t.where), classes);
  const expr seen = where(counts, l, 0.0); // else an infinity or NaN would reach the gradient as 0 times it
  const expr all = logsumexp(seen, classes), is_target = at(index(classes), p) == target;
  const expr weight = where(counts, sum(where(is_target, with.weights, 0.0), classes), 0.0);
  expr loss = weight * at(all - at(sum(where(is_target, seen, 0.0), classes)));
  if (with.smoothing != 0) {
    const expr spread = sum(with.weights * at(all - at(seen)), classes);
    const expr own = (1 - with.smoothing) * at(loss), others = with.smoothing / at(extent(classes)) * at(spread);
    loss = own + others;
  }
  return ir::reduced_loss(where(counts, loss, 0.0), with.how, weight);
}
} // namespace weft
