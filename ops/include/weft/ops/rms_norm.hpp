// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/add.hpp>
#include <weft/ops/mean.hpp>
#include <weft/ops/rsqrt.hpp>

namespace weft {

/// x / sqrt(mean(x^2) + epsilon) * gain over an axis (Zhang and Sennrich 2019, equation 4).
constexpr expr rms_norm(const at& x, axis_ref over, const at& gain, double epsilon = 1e-6) {
  const ir::scope s("rms_norm", x);
  return x * at(rsqrt(mean(x * x, over) + epsilon)) * gain;
}
} // namespace weft
