// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/compare.hpp>
#include <weft/ops/where.hpp>

namespace weft {

constexpr expr diagonal(const at& x, axis_ref a, axis_ref b);

/// y[i] = x[i, i]: two axes of one extent become the first of them.  A view: a step along it is one along both.  Its
/// transpose is where(index(a) == index(b), dy, 0).  Extents that the call binds must agree, or it throws.
struct diagonal_op {
  static constexpr std::string_view name = "diagonal";
  static constexpr ir::form how = ir::form::view;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr unsigned traits = ir::trait::along | ir::trait::merging;
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes& a) {
    const int p = in[0].ax.find(a.to), q = in[0].ax.find(a.axis);
    if (p < 0 || q < 0) return {{}, "no axis", p < 0 ? a.to : a.axis, nullptr, "take two of the operand's own axes"};
    if (p == q) return {{}, "needs two axes, not twice", a.to, nullptr, "prime(axis) is the twin of an axis"};
    const axis_ref first = in[0].ax[p], second = in[0].ax[q];
    if (first->extent != unbound && second->extent != unbound && first->extent != second->extent)
      return {{}, "different extents:", first, second};
    return {in[0].ax.without(a.axis)};
  }
  static constexpr expr transpose(int, const expr* in, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    const axes ax = in[0].ax();
    const expr on_it = index(ax[ax.find(x.at.to)]) == at(index(ax[ax.find(x.at.axis)]));
    return where(at(on_it, x.where), dy, 0.0);
  }
  static constexpr ir::extent_rule extents(const ir::attributes& a) { return {a.to, axes(a.axis)}; }
  static constexpr ir::layout view(const ir::layout& in, const axes& from, const ir::node& x) {
    ir::layout r = ir::seen_through(in, from, x.ax);
    r.stride[x.ax.find(x.at.to)] += in.stride[from.find(x.at.axis)];
    return r;
  }
  static constexpr ir::interval range(ir::interval x) { return x; }
};
constexpr expr diagonal(const at& x, axis_ref a, axis_ref b) {
  ir::attributes t;
  t.axis = b, t.to = a;
  return ir::unary<diagonal_op>(x, t);
}
/// The sum over the diagonal: of x[i, i] over i.
constexpr expr trace(const at& x, axis_ref a, axis_ref b) {
  const ir::scope s("trace", x);
  return sum(diagonal(x, a, b), a);
}
} // namespace weft

extern template struct weft::ir::of<weft::diagonal_op>;
