// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/contract.hpp>
#include <weft/ops/transpose.hpp>

namespace weft {

/// a * b over all axes of both: those that both have are matched, no axis is summed.
constexpr expr outer(const at& a, const at& b) { return contract(a, b, axes{}); }

namespace ir {
// `parts` multiplied, summed over every axis that is not in `to`, as soon as no later operand has it.
constexpr expr einsum(const axes& to, const at* parts, int count) {
  const auto summed_at = [&](const axes& ax, int k) { // of the axes of a partial product, those that end at operand k
    axes over;
    for (axis_ref a : ax) {
      bool later = to.has(a);
      for (int i = k + 1; i < count; i++) later = later || parts[i].e.ax().has(a);
      if (!later) over.add(a);
    }
    return over;
  };
  for (axis_ref a : to) {
    bool found = false;
    for (int i = 0; i < count; i++) found = found || parts[i].e.ax().has(a);
    if (!found)
      return with_room<operand>(count, [&](operand* in) {
        for (int i = 0; i < count && i < max_rank; i++) in[i] = {parts[i].e.ax(), parts[i].e.kind()};
        return complain(*parts[0].e.g, "einsum", in, count < max_rank ? count : max_rank,
                        {{}, "no operand has axis", a, nullptr, "name axes of the operands"}, parts[0].where);
      });
  }
  expr r = sum(parts[0], summed_at(parts[0].e.ax(), 0));
  for (int k = 1; k < count; k++) {
    const axes mine = parts[k].e.ax();
    const expr next = sum(parts[k], summed_at(mine.without(r.ax()), k)); // first what only it has
    r = contract(at(r, parts[k].where), at(next, parts[k].where), summed_at(r.ax(), k));
  }
  return permute(at(r, parts[0].where), to);
}
} // namespace ir
/// The sum of products in Einstein's notation, by names: einsum({query, d}, p, v, w) has the axes `{query, d}` and sums
/// over all other axes of the operands.  Pairs of operands are contracted from left to right, each axis summed as soon
/// as no later one has it; passes regroup the products where that multiplies less.
template <class... X> constexpr expr einsum(const axes& to, const at& first, const X&... rest) {
  const ir::scope s("einsum", first);
  constexpr int count = 1 + static_cast<int>(sizeof...(rest));
  at parts[count]{first, at(rest)...};
  if (const expr x = ir::joined(parts, count, ir::op<contract_op>); x.id < 0) return x;
  return ir::einsum(to, parts, count);
}
} // namespace weft
