// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

constexpr expr flip(const at& x, axis_ref axis);

/// y[i] = x[n - 1 - i] along an axis of extent n.  A view with a step backwards; its own transpose.
struct flip_op {
  static constexpr std::string_view name = "flip";
  static constexpr ir::form how = ir::form::view;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr unsigned traits = ir::trait::along;
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes& a) {
    if (!in[0].ax.has(a.axis)) return {{}, "no axis", a.axis, nullptr, "flip one of the operand's own axes"};
    return {in[0].ax};
  }
  static constexpr expr transpose(int, const expr*, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    return flip(at(dy, x.where), x.at.axis);
  }
  static constexpr ir::layout view(const ir::layout& in, const axes& from, const ir::node& x, const ir::extents_of& e) {
    ir::layout r = in;
    long& step = r.stride[from.find(x.at.axis)];
    if (const long n = e(x.at.axis); n > 0) r.offset += (n - 1) * step;
    step = -step;
    return r;
  }
  static constexpr ir::interval range(ir::interval x) { return x; }
};
constexpr expr flip(const at& x, axis_ref axis) {
  ir::attributes a;
  a.axis = axis;
  return ir::unary<flip_op>(x, a);
}
} // namespace weft

extern template struct weft::ir::of<weft::flip_op>;
