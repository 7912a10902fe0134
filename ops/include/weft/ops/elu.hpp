// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/compare.hpp>
#include <weft/ops/expm1.hpp>
#include <weft/ops/where.hpp>

namespace weft {

/// x above 0, alpha (exp(x) - 1) below (Clevert et al. 2016).  At 0 the derivative is alpha.
constexpr expr elu(const at& x, const at& alpha = 1.0) {
  const ir::scope s("elu", x);
  const expr above = x > 0;
  return where(above, x, alpha * at(expm1(where(above, 0.0, x)))); // what is not chosen must not overflow either
}
} // namespace weft
