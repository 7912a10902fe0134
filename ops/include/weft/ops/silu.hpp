// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/sigmoid.hpp>

namespace weft {

/// x sigmoid(x), also called swish (Hendrycks and Gimpel 2016; Ramachandran et al. 2017).
constexpr expr silu(const at& x) {
  const ir::scope s("silu", x);
  return x * at(sigmoid(x));
}
/// silu(gate) * value: the gated unit of a feed-forward layer whose two products give `gate` and `value` (Shazeer 2020,
/// equation 6).
constexpr expr swiglu(const at& gate, const at& value) {
  const ir::scope s("swiglu", gate);
  return silu(gate) * value;
}
} // namespace weft
