// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/logsumexp.hpp>
#include <weft/ops/sigmoid.hpp>

namespace weft {

/// exp(x) / sum exp(x) over an axis, as exp(x - guarded(logsumexp(x))): a row whose every value is -infinity gives
/// zeros.  Plans take the largest x off first, so that a row of one large number (-1e9 behind a mask) has equal
/// weights; plain loops (`reference`) have no digits left for how many they are: there an x of size s costs weights s
/// ulp.
constexpr expr softmax(const at& x, const axes& over) {
  const ir::scope s("softmax", x);
  return exp(x - at(guarded(logsumexp(x, over))));
}
/// exp(x) / (1 + sum exp(x)) over an axis: a row may attend to nothing (Miller 2023, "Attention is off by one").  As
/// softmax(x) sigmoid(logsumexp(x)), which does not overflow; a row whose every value is -infinity gives zeros.
constexpr expr softmax1(const at& x, const axes& over) {
  const ir::scope s("softmax1", x);
  const expr p = softmax(x, over), part = sigmoid(logsumexp(x, over));
  return p * part;
}
/// x - logsumexp(x) over an axis, with the rounding error of the largest x: logits that share a large offset keep as
/// many digits as it leaves them.
constexpr expr log_softmax(const at& x, const axes& over) {
  const ir::scope s("log_softmax", x);
  return x - at(guarded(logsumexp(x, over)));
}
} // namespace weft
