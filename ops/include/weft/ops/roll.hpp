// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

constexpr expr roll(const at& x, axis_ref axis, long by);

/// y[i] = x[(i - by) mod n] along an axis of extent n: what leaves at one end comes in at the other.  Any kind, any
/// `by`. Two copies of blocks.  Its transpose rolls back.
struct roll_op {
  static constexpr std::string_view name = "roll";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr double flops = 0;
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes& a) {
    if (!in[0].ax.has(a.axis)) return {{}, "no axis", a.axis, nullptr, "move along one of the operand's own axes"};
    return {in[0].ax};
  }
  static constexpr expr transpose(int, const expr*, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    return roll(at(dy, x.where), x.at.axis, -x.at.start);
  }
  static constexpr ir::interval range(ir::interval x) { return x; }
  static void run(const ir::general_call& call);
};
constexpr expr roll(const at& x, axis_ref axis, long by) {
  ir::attributes a;
  a.axis = axis, a.start = by;
  return ir::unary<roll_op>(x, a);
}
} // namespace weft

extern template struct weft::ir::of<weft::roll_op>;
