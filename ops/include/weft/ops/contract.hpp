// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

namespace ir {
constexpr expr contracted(const expr& a, const expr& b, const axes& over, place where);
}

/// sum over `over` of a * b.  Axes: the left's remaining ones, then what only the right has; axes that both have and
/// that are not summed are matched (a batch of products).  da = contract(dy, b) over what a lacks, db likewise.  Runs
/// on BLAS.
struct contract_op {
  static constexpr std::string_view name = "contract";
  static constexpr ir::form how = ir::form::contract;
  static constexpr int arity = 2;
  static constexpr ir::kinds rule = ir::kinds::reals;
  static constexpr double flops = 2;
  static constexpr ir::verdict infer(const ir::operand* in, int n, const ir::attributes& a) {
    if (axis_ref twice = a.shape.repeated())
      return {{}, "an axis is named twice:", twice, nullptr, "name each axis once"};
    for (axis_ref x : a.shape)
      if (!in[0].ax.has(x) || !in[1].ax.has(x))
        return {
            {}, "both sides must have axis", x, nullptr, "rename one side's axis, or sum over what only one side has"};
    ir::verdict v = ir::matched(in, n, a); // checks that extents agree
    if (v.refused) return v;
    v.out = {};
    for (axis_ref x : in[0].ax)
      if (!a.shape.has(x)) v.out.add(x);
    for (axis_ref x : in[1].ax)
      if (!a.shape.has(x) && !v.out.has(x)) {
        if (v.out.n == max_rank) return {{}, "the result would have more than 8 axes"};
        v.out.add(x);
      }
    return v;
  }
  static constexpr expr vjp(int which, const expr* in, const expr& y, const expr& dy) {
    const axes want = in[which].ax(), other = in[1 - which].ax();
    axes over;
    for (axis_ref x : other)
      if (!want.has(x) && dy.ax().has(x)) over.add(x);
    return ir::contracted(dy, in[1 - which], over, y.where());
  }
  static constexpr expr jvp(const expr* in, const expr* t, const expr& y) {
    const ir::node x = y.node();
    expr r;
    if (t[0].attached()) r = ir::contracted(t[0], in[1], x.at.shape, x.where);
    if (t[1].attached()) {
      const expr second = ir::contracted(in[0], t[1], x.at.shape, x.where);
      r = r.attached() ? at(r, x.where) + at(second, x.where) : second;
    }
    return r;
  }
};
namespace ir {
constexpr expr contracted(const expr& a, const expr& b, const axes& over, place where) {
  const expr in[2]{a, b};
  attributes t;
  t.shape = over, t.value = 1;
  return emit(op<contract_op>, in, 2, t, where);
}
} // namespace ir
/// contract(q, k, d), contract(o, wo, {head, d}): the main spelling of products.
constexpr expr contract(const at& a, const at& b, const axes& over) { return ir::contracted(a.e, b.e, over, a.where); }

/// The textbook product: contracts the last axis of `left` with the second-last of `right`, which must be the same
/// axis; other axes are matched. Refuses a right operand with two or more axes that the left lacks.
constexpr expr matmul(const at& left, const at& right) {
  at parts[]{left, right};
  if (const expr e = ir::joined(parts, 2, ir::op<contract_op>); e.id < 0) return e;
  const at &a = parts[0], &b = parts[1];
  const axes x = a.e.ax(), y = b.e.ax();
  const ir::operand in[2]{{x, a.e.kind()}, {y, b.e.kind()}};
  const auto refuse = [&](const ir::verdict& v) { return ir::complain(*a.e.g, "matmul", in, 2, v, a.where); };
  if (x.n < 1 || y.n < 2) return refuse({{}, "needs at least one axis on the left and two on the right"});
  const axis_ref k = x[x.n - 1], l = y[y.n - 2];
  if (!same(k, l))
    return refuse({{},
                   "the last axis of the left and the second-last of the right must be the same, not",
                   k,
                   l,
                   "transpose(right), rename an axis, or name it: contract(a, b, axis)"});
  if (k->extent != l->extent) return refuse({{}, "one axis with two extents:", k, l});
  if (y.without(x).n > 1)
    return refuse({{},
                   "the right has two or more axes that the left lacks",
                   nullptr,
                   nullptr,
                   "name the summed axis: contract(a, b, axis)"});
  return ir::contracted(a.e, b.e, axes(k), a.where);
}
} // namespace weft

extern template struct weft::ir::of<weft::contract_op>;
