// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

/// x with two axes of one extent called after each other: what was s[query, key] is read as s[key, query].
/// A view: nothing moves.  Its own transpose.
struct exchange_op {
  static constexpr std::string_view name = "exchange";
  static constexpr ir::form how = ir::form::view;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr unsigned traits = ir::trait::along | ir::trait::renaming;
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes& a) {
    for (axis_ref x : {a.axis, a.to})
      if (!in[0].ax.has(x)) return {{}, "no axis", x, nullptr, "exchange two of the operand's own axes"};
    ir::verdict v{in[0].ax};
    axis_ref &one = v.out.a[in[0].ax.find(a.axis)], &other = v.out.a[in[0].ax.find(a.to)];
    if (one->extent != unbound && other->extent != unbound && one->extent != other->extent)
      return {{}, "different extents:", one, other, "exchanged axes have one extent"};
    std::swap(one, other);
    return v;
  }
  static constexpr expr transpose(int, const expr*, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    return exchange(at(dy, x.where), x.at.axis, x.at.to);
  }
  static constexpr ir::extent_rule extents(const ir::attributes& a) { return {a.to, axes(a.axis)}; }
  static constexpr ir::layout view(const ir::layout& in, const axes&, const ir::node&) { return in; }
};
constexpr expr exchange(const at& x, axis_ref one, axis_ref other) {
  ir::attributes a;
  a.axis = one, a.to = other;
  return ir::unary<exchange_op>(x, a);
}
} // namespace weft

extern template struct weft::ir::of<weft::exchange_op>;
