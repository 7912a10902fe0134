// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/add.hpp>
#include <weft/ops/erf.hpp>
#include <weft/ops/tanh.hpp>

namespace weft {

/// x * Phi(x) = x / 2 * (1 + erf(x / sqrt 2)), exact (Hendrycks and Gimpel 2016).
constexpr expr gelu(const at& x) {
  const ir::scope s("gelu", x);
  const expr half = 0.5 * x;
  return half * at(1 + at(erf(x * 0.7071067811865476)));
}
/// Its approximation x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))), as GPT-2 uses it.
constexpr expr gelu_tanh(const at& x) {
  const ir::scope s("gelu_tanh", x);
  const expr half = 0.5 * x;
  return half * at(1 + at(tanh(0.7978845608028654 * at(x + 0.044715 * at(x * at(x * x))))));
}
} // namespace weft
