// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

constexpr expr split(const at& x, axis_ref whole, const axes& parts);
constexpr expr merge(const at& x, const axes& parts, axis_ref whole);

namespace ir {
/// The attributes of both.
constexpr attributes regrouping(axis_ref whole, const axes& parts) {
  attributes a;
  a.axis = whole, a.shape = parts;
  return a;
}
/// Whether the parts can make up the whole.
constexpr verdict regrouped(const attributes& a, const axes& result) {
  if (a.shape.n == 0) return {{}, "needs the axes that make up", a.axis};
  if (axis_ref twice = result.repeated()) return {{}, "there is already an axis", twice};
  long product = 1;
  bool known = a.axis->extent != unbound;
  const long whole = a.axis->extent;
  for (axis_ref p : a.shape) p->extent == unbound ? known = false : product *= p->extent;
  if (known ? product != whole : whole != unbound && (product == 0 ? whole != 0 : whole % product != 0))
    return {
        {}, "the extents of the parts don't multiply up to", a.axis, nullptr, "an axis holds all pairs of its parts"};
  return {result};
}
} // namespace ir

/// One axis as several, the last one fastest: y[.., i, j, ..] = x[.., i * extent(j) + j, ..], in the axis's place.  A
/// view.  The extent of one part may be left to the call: it follows from the others, which must divide the whole, or
/// the call throws.  Its transpose merges.
struct split_op {
  static constexpr std::string_view name = "split";
  static constexpr ir::form how = ir::form::view;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr unsigned traits = ir::trait::regroups;
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes& a) {
    const int p = in[0].ax.find(a.axis);
    if (p < 0) return {{}, "no axis", a.axis, nullptr, "split one of the operand's own axes"};
    if (in[0].ax.n + a.shape.n - 1 > max_rank) return {{}, "a tensor has at most 8 axes"};
    axes r;
    for (int i = 0; i < in[0].ax.n; i++)
      if (i != p) r.add(in[0].ax[i]);
      else
        for (axis_ref x : a.shape) r.add(x);
    ir::attributes whole = a;
    whole.axis = in[0].ax[p];
    return ir::regrouped(whole, r);
  }
  static constexpr expr transpose(int, const expr* in, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    return merge(at(dy, x.where), x.at.shape, in[0].ax()[in[0].ax().find(x.at.axis)]);
  }
  static constexpr ir::extent_rule extents(const ir::attributes& a) { return {a.axis, a.shape, true}; }
  static constexpr ir::layout view(const ir::layout& in, const axes& from, const ir::node& x, const ir::extents_of& e) {
    ir::layout r = ir::seen_through(in, from, x.ax);
    long step = in.stride[from.find(x.at.axis)];
    for (int i = x.at.shape.n; i-- > 0; step *= e(x.at.shape[i])) r.stride[x.ax.find(x.at.shape[i])] = step;
    return r;
  }
  static constexpr ir::interval range(ir::interval x) { return x; }
};
/// Several axes as one, the last one fastest: y[.., i * extent(j) + j, ..] = x[.., i, .., j, ..], in the place of the
/// first of them, wherever the others are.  A copy.  `materializes` sees both in what is stored under the one.  Its
/// transpose splits.
struct merge_op {
  static constexpr std::string_view name = "merge";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr unsigned traits = ir::trait::regroups;
  static constexpr double flops = 0;
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes& a) {
    axes r;
    ir::attributes own = a; // the operand's own axes, whose extents may be known
    for (int i = 0; i < a.shape.n; i++) {
      const int p = in[0].ax.find(a.shape[i]);
      if (p < 0) return {{}, "no axis", a.shape[i], nullptr, "merge some of the operand's own axes"};
      own.shape.a[i] = in[0].ax[p];
    }
    if (axis_ref twice = a.shape.repeated()) return {{}, "has one axis twice:", twice};
    for (axis_ref x : in[0].ax)
      if (a.shape.n && same(x, a.shape[0])) r.add(a.axis);
      else if (!a.shape.has(x)) r.add(x);
    return ir::regrouped(own, r);
  }
  static constexpr expr transpose(int, const expr* in, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    const axes ax = in[0].ax();
    axes parts;
    for (axis_ref p : x.at.shape) parts.add(ax[ax.find(p)]);
    return split(at(dy, x.where), x.at.axis, parts);
  }
  static constexpr ir::extent_rule extents(const ir::attributes& a) { return {a.axis, a.shape, true}; }
  static constexpr ir::interval range(ir::interval x) { return x; }
  static void run(const ir::general_call& call);
};
constexpr expr split(const at& x, axis_ref whole, const axes& parts) {
  return ir::unary<split_op>(x, ir::regrouping(whole, parts));
}
constexpr expr merge(const at& x, const axes& parts, axis_ref whole) {
  return ir::unary<merge_op>(x, ir::regrouping(whole, parts));
}
} // namespace weft

extern template struct weft::ir::of<weft::split_op>;
extern template struct weft::ir::of<weft::merge_op>;
