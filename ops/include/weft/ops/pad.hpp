// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

constexpr expr slice(const at& x, axis_ref from, long start, axis_ref to);

namespace ir {
/// The attributes of slice and pad: from `start` on, or the place of one of the parts that make up a whole.
constexpr attributes part(axis_ref from, long start, axis_ref to) {
  attributes a;
  a.axis = from, a.to = to, a.start = start;
  return a;
}
constexpr attributes part_of(axis_ref from, const axes& parts, int which, axis_ref to) {
  attributes a = part(from, 0, to);
  a.shape = parts, a.value = which;
  return a;
}
/// The same from the part to the whole, or from the whole to the part.
constexpr attributes turned(attributes a, axis_ref back) {
  a.axis = a.to, a.to = back;
  return a;
}
/// Their axes: `axis` becomes `to`, the one lying in the other.
constexpr verdict resized(const operand& x, const attributes& a, bool cuts) {
  const int p = x.ax.find(a.axis);
  if (p < 0) return {{}, "no axis", a.axis, nullptr, "take one of the operand's own axes"};
  if (x.ax.has(a.to) && !same(a.axis, a.to)) return {{}, "there is already an axis", a.to};
  const long part = cuts ? a.to->extent : x.ax[p]->extent, whole = cuts ? x.ax[p]->extent : a.to->extent;
  if (a.start < 0 || (a.shape.n && !(a.value >= 0 && a.value < a.shape.n)) ||
      (part != unbound && whole != unbound && (part > whole || a.start > whole - part)))
    return {{},
            "reaches beyond its axis:",
            x.ax[p],
            a.to,
            "start must be at least 0, start + extent at most the whole's extent"};
  verdict v{x.ax};
  v.out.a[p] = a.to;
  return v;
}
constexpr expr slice(const at& x, const attributes& part);
} // namespace ir

/// x at [start, start + extent(from)) of the axis `to`, zeros elsewhere: the transpose of slice.
struct pad_op {
  static constexpr std::string_view name = "pad";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr double flops = 0;
  static constexpr unsigned traits = ir::trait::padding;
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes& a) {
    return ir::resized(in[0], a, false);
  }
  static constexpr expr transpose(int, const expr* in, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    const axis_ref back = in[0].ax()[in[0].ax().find(x.at.axis)];
    return ir::slice(at(dy, x.where), ir::turned(x.at, back));
  }
  static constexpr ir::extent_rule extents(const ir::attributes& a) {
    return a.shape.n ? ir::extent_rule{a.to, a.shape} : ir::extent_rule{};
  }
  static void run(const ir::general_call& call);
};
namespace ir {
constexpr expr pad(const at& x, const attributes& part) { return unary<pad_op>(x, part); }
} // namespace ir
constexpr expr pad(const at& x, axis_ref from, long start, axis_ref to) {
  return ir::pad(x, ir::part(from, start, to));
}
} // namespace weft

#include <weft/ops/slice.hpp> // its transpose

extern template struct weft::ir::of<weft::pad_op>;
