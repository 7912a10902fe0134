// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/compare.hpp>
#include <weft/ops/max.hpp>
#include <weft/ops/min.hpp>

namespace weft {

/// Whether x, a boolean, is true anywhere along `over`: max(where(x, 1, 0)) > 0.  Of an empty axis false.
constexpr expr any(const at& x, const axes& over) {
  const ir::scope s("any", x);
  return max(where(x, 1, 0), over) > 0;
}
/// Whether x, a boolean, is true everywhere along `over`: min(where(x, 1, 0)) > 0.  Of an empty axis true.
constexpr expr all(const at& x, const axes& over) {
  const ir::scope s("all", x);
  return min(where(x, 1, 0), over) > 0;
}
} // namespace weft
