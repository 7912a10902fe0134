// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <algorithm>
#include <cmath>
#include <numbers>

namespace weft {

/// A learning rate that rises evenly to `peak` over `warmup` steps (P. Goyal et al., "Accurate, large minibatch SGD",
/// 2017, section 2.2) and falls along half a cosine to `least` at step `steps` (I. Loshchilov, F. Hutter, "SGDR:
/// stochastic gradient descent with warm restarts", 2017, equation 5). Steps count from 0; the first one already moves.
struct warmup_cosine {
  double peak = 1e-3;
  long warmup = 0, steps = 1;
  double least = 0;

  double operator()(long step) const {
    if (step < warmup) return peak * static_cast<double>(step + 1) / static_cast<double>(warmup);
    const double part = steps > warmup ? static_cast<double>(step - warmup) / static_cast<double>(steps - warmup) : 1;
    return least + (peak - least) * 0.5 * (1 + std::cos(std::numbers::pi * std::min(part, 1.0)));
  }
};
} // namespace weft
