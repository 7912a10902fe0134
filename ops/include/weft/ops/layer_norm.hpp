// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/add.hpp>
#include <weft/ops/mean.hpp>
#include <weft/ops/rsqrt.hpp>

namespace weft {

/// (x - mean) / sqrt(var + epsilon) * gain + bias over an axis (Ba et al. 2016, equation 4).
constexpr expr layer_norm(const at& x, axis_ref over, const at& gain, const at& bias, double epsilon = 1e-5) {
  const ir::scope s("layer_norm", x);
  const expr c = x - at(mean(x, over), x.where);
  return c * at(rsqrt(mean(c * at(c), over) + epsilon)) * gain + bias;
}
} // namespace weft
