// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/pad.hpp>

namespace weft {

/// The part [start, start + extent(to)) of the axis `from`, under the name `to`.  A view: nothing is copied.
/// Its transpose pads with zeros.
struct slice_op {
  static constexpr std::string_view name = "slice";
  static constexpr ir::form how = ir::form::view;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes& a) {
    const int p = in[0].ax.find(a.axis);
    if (p < 0) return {{}, "no axis", a.axis};
    if (in[0].ax.has(a.to) && !same(a.axis, a.to)) return {{}, "there is already an axis", a.to};
    const long n = in[0].ax[p]->extent;
    if (a.start < 0 || (n != unbound && a.to->extent != unbound && a.start + a.to->extent > n))
      return {{}, "reaches beyond its axis:", in[0].ax[p], a.to};
    ir::verdict v{in[0].ax};
    v.out.a[p] = a.to;
    return v;
  }
  static constexpr expr transpose(int, const expr* in, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    return pad(at(dy, x.where), x.at.to, x.at.start, in[0].ax()[in[0].ax().find(x.at.axis)]);
  }
  static constexpr ir::layout view(const ir::layout& in, const axes& from, const ir::node& x) {
    ir::layout r = in;
    r.offset += x.at.start * in.stride[from.find(x.at.axis)];
    return r;
  }
};
constexpr expr slice(const at& x, axis_ref from, long start, axis_ref to) {
  ir::attributes a;
  a.axis = from, a.to = to, a.start = start;
  return ir::unary<slice_op>(x, a);
}
} // namespace weft
