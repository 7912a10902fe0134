// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

/// x with its last two axes in the other order. Axes have names, so only `matmul`, which goes by position, needs it.
constexpr expr transpose(const at& x) {
  if (!x.e.attached())
    return ir::untraced(nullptr, "transpose needs a traced value: combine its operand with one first");
  if (x.e.id < 0) return x.e;
  axes to = x.e.ax();
  if (to.n < 2) return ir::complain(x.e, "transpose", {{}, "needs at least two axes"}, x.where);
  std::swap(to.a[to.n - 1], to.a[to.n - 2]);
  return ir::arrange(x.e, to, x.where);
}
/// x with its axes in the order `to`.
constexpr expr permute(const at& x, const axes& to) {
  if (!x.e.attached()) return ir::untraced(nullptr, "permute needs a traced value: combine its operand with one first");
  if (x.e.id < 0) return x.e;
  const axes ax = x.e.ax();
  const auto refuse = [&](const char* why, axis_ref a) {
    return ir::complain(x.e, "permute", {{}, why, a, nullptr, "name each of the operand's axes once"}, x.where);
  };
  if (axis_ref twice = to.repeated()) return refuse("the new order has twice", twice);
  for (axis_ref a : to)
    if (!ax.has(a)) return refuse("no axis", a);
  for (axis_ref a : ax)
    if (!to.has(a)) return refuse("the new order lacks", a);
  return ir::arrange(x.e, to, x.where);
}
} // namespace weft
