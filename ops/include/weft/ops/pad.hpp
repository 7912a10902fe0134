// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

constexpr expr slice(const at& x, axis_ref from, long start, axis_ref to);

/// x at [start, start + extent(from)) of the axis `to`, zeros elsewhere: the transpose of slice.
struct pad_op {
  static constexpr std::string_view name = "pad";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr double flops = 0;
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes& a) {
    const int p = in[0].ax.find(a.axis);
    if (p < 0) return {{}, "no axis", a.axis};
    if (in[0].ax.has(a.to) && !same(a.axis, a.to)) return {{}, "there is already an axis", a.to};
    const long n = in[0].ax[p]->extent;
    if (a.start < 0 || (n != unbound && a.to->extent != unbound && a.start + n > a.to->extent))
      return {{}, "reaches beyond its axis:", in[0].ax[p], a.to};
    ir::verdict v{in[0].ax};
    v.out.a[p] = a.to;
    return v;
  }
  static constexpr expr transpose(int, const expr* in, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    return slice(at(dy, x.where), x.at.to, x.at.start, in[0].ax()[in[0].ax().find(x.at.axis)]);
  }
  static void run(const ir::general_call& call);
};
constexpr expr pad(const at& x, axis_ref from, long start, axis_ref to) {
  ir::attributes a;
  a.axis = from, a.to = to, a.start = start;
  return ir::unary<pad_op>(x, a);
}
} // namespace weft

#include <weft/ops/slice.hpp> // its transpose
