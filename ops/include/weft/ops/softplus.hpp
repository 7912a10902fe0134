// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/exp.hpp>
#include <weft/ops/log1p.hpp>
#include <weft/ops/neg.hpp>
#include <weft/ops/relu.hpp>

namespace weft {

/// ln(1 + exp(x)), as max(x, 0) + ln(1 + exp(-|x|)): neither overflows nor loses the tail below 0.  d/dx = sigmoid(x),
/// at 0 too, and so are the higher ones: -|x| is written as a choice.
constexpr expr softplus(const at& x) {
  const ir::scope s("softplus", x);
  const expr positive = x > 0, minus = -x, above = relu(x), rest = log1p(exp(where(positive, minus, x)));
  return above + rest;
}
} // namespace weft
