// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/compare.hpp>
#include <weft/ops/logsumexp.hpp>
#include <weft/ops/where.hpp>

namespace weft {

/// logsumexp(logits) - logits[target] along `classes`, in nats: one loss for each target.  targets are integers without
/// the axis; one that is not a class has the loss logsumexp(logits) (no class is chosen).
constexpr expr cross_entropy(const at& logits, const at& targets, axis_ref classes) {
  const ir::scope s("cross_entropy", logits);
  const expr chosen = where(at(index(classes), logits.where) == targets, logits, 0.0);
  const expr all = logsumexp(logits, classes);
  return all - at(sum(chosen, classes));
}
} // namespace weft
