// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

/// x with its last two axes in the other order. Axes have names, so only `matmul`, which goes by position, needs it.
constexpr expr transpose(const at& x) {
  if (x.e.id < 0) return x.e;
  axes to = x.e.ax();
  if (to.n < 2) return ir::complain(x.e, "transpose", {{}, "needs at least two axes"}, x.where);
  std::swap(to.a[to.n - 1], to.a[to.n - 2]);
  return ir::arrange(x.e, to, x.where);
}
/// x with its axes in the order `to`.
constexpr expr permute(const at& x, const axes& to) {
  if (x.e.id < 0) return x.e;
  if (!x.e.ax().matches(to))
    return ir::complain(x.e, "permute", {{}, "the new order must name the same axes"}, x.where);
  return ir::arrange(x.e, to, x.where);
}
} // namespace weft
