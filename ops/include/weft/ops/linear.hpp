// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/add.hpp>
#include <weft/ops/contract.hpp>

namespace weft {

/// contract(x, w, over) + bias.
constexpr expr linear(const at& x, const at& w, const at& bias, const axes& over) {
  const ir::scope s("linear", x);
  return contract(x, w, over) + bias;
}
} // namespace weft
