// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/logsumexp.hpp>

namespace weft {

/// exp(x) / sum exp(x) over an axis, as exp(x - guarded(logsumexp(x))): a row whose every value is -infinity gives
/// zeros.
constexpr expr softmax(const at& x, const axes& over) {
  const ir::scope s("softmax", x);
  return exp(x - at(guarded(logsumexp(x, over))));
}
/// x - logsumexp(x) over an axis.
constexpr expr log_softmax(const at& x, const axes& over) {
  const ir::scope s("log_softmax", x);
  return x - at(guarded(logsumexp(x, over)));
}
} // namespace weft
