// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/slice.hpp>
#include <weft/passes/differentiate.hpp>

namespace weft {

/// An operand of concat and the axis along which it is laid end to end.
struct along {
  at x;
  axis_ref axis;
  constexpr along(const at& value, axis_ref a) : x(value), axis(a) {}
};

/// Values end to end along the axis `into`, whose extent must be the sum of theirs: concat(all, along(a, past),
/// along(b, now)). Each part has its own axis and otherwise the same ones. An unbound `into` gets its extent from the
/// parts. Its transpose slices.
struct concat_op {
  static constexpr std::string_view name = "concat";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = -1;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr double flops = 0;
  static constexpr unsigned traits = ir::trait::joining;
  static constexpr ir::verdict infer(const ir::operand* in, int n, const ir::attributes& a) {
    if (n == 0 || a.shape.n != n) return {{}, "needs an axis for each of its parts"};
    ir::verdict v;
    long total = 0;
    for (int i = 0; i < n; i++) {
      const int p = in[i].ax.find(a.shape[i]);
      if (p < 0) return {{}, "no axis", a.shape[i]};
      if (in[i].k != in[0].k) return {{}, "the parts must be of one kind"};
      axes mine = in[i].ax;
      total = mine[p]->extent == unbound || total == unbound ? unbound : total + mine[p]->extent;
      mine.a[p] = a.to;
      if (mine.repeated()) return {{}, "there is already an axis", a.to};
      if (i == 0) v.out = mine;
      else if (!mine.matches(v.out)) return {{}, "the parts must have the same axes besides", a.shape[0], a.shape[i]};
    }
    if (total != unbound && a.to->extent != unbound && total != a.to->extent)
      return {{}, "the extents of the parts don't add up to", a.to};
    return v;
  }
  static constexpr expr vjp(int which, const expr* in, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    const axes own = in[which].ax();
    return ir::slice(at(dy, x.where), ir::part_of(x.at.to, x.at.shape, which, own[own.find(x.at.shape[which])]));
  }
  static constexpr expr jvp(const expr* in, const expr* t, const expr& y) {
    const ir::node x = y.node();
    expr moved[max_rank];
    for (int i = 0; i < x.count; i++) moved[i] = t[i].attached() ? t[i] : ir::zeros(*y.g, in[i].ax(), x.where);
    return ir::emit(x.op, moved, x.count, x.at, x.where);
  }
  static constexpr ir::extent_rule extents(const ir::attributes& a) { return {a.to, a.shape}; }
  static void run(const ir::general_call& call);
};
template <class... Part> constexpr expr concat(axis_ref into, const along& first, const Part&... rest) {
  static_assert(sizeof...(Part) < max_rank, "concat: at most 8 parts; concatenate concatenations");
  const along parts[]{first, along(rest)...};
  expr in[max_rank];
  ir::attributes a;
  a.to = into;
  for (const along& p : parts) in[a.shape.n] = p.x.e, a.shape.add(p.axis);
  return ir::emit(ir::op<concat_op>, in, a.shape.n, a, first.x.where);
}
} // namespace weft

extern template struct weft::ir::of<weft::concat_op>;
