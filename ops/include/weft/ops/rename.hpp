// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

/// x with the axis `from` called `to`: self-attention needs it once.  A view: nothing moves.  Its transpose renames
/// back.
struct rename_op {
  static constexpr std::string_view name = "rename";
  static constexpr ir::form how = ir::form::view;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr unsigned traits = ir::trait::along | ir::trait::renaming;
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes& a) {
    const int p = in[0].ax.find(a.axis);
    if (p < 0) return {{}, "no axis", a.axis, nullptr, "rename one of the operand's own axes"};
    if (in[0].ax.has(a.to) && !same(a.axis, a.to))
      return {{}, "there is already an axis", a.to, nullptr, "use prime(axis) for its twin"};
    if (in[0].ax[p]->extent != unbound && a.to->extent != unbound && in[0].ax[p]->extent != a.to->extent)
      return {{}, "different extents:", in[0].ax[p], a.to, "a renamed axis keeps its extent"};
    ir::verdict v{in[0].ax};
    v.out.a[p] = a.to;
    return v;
  }
  static constexpr expr transpose(int, const expr* in, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    return rename(at(dy, x.where), x.at.to, in[0].ax()[in[0].ax().find(x.at.axis)]);
  }
  /// To the name it has: itself.
  static constexpr expr simplify(const expr* in, int, const ir::node& x) { return x.ax == in[0].ax() ? in[0] : expr{}; }
  static constexpr ir::extent_rule extents(const ir::attributes& a) { return {a.to, axes(a.axis)}; }
  static constexpr ir::layout view(const ir::layout& in, const axes&, const ir::node&) { return in; }
};
constexpr expr rename(const at& x, axis_ref from, axis_ref to) {
  ir::attributes a;
  a.axis = from, a.to = to;
  return ir::unary<rename_op>(x, a);
}
/// x with an axis called after its twin, `key'` for `key`: rename(x, key, prime(key)).
template <text Name, long Extent, role Role, int Primes>
constexpr expr prime(const at& x, const axis<Name, Extent, Role, Primes>& a) {
  return rename(x, a, prime(a));
}
} // namespace weft

extern template struct weft::ir::of<weft::rename_op>;
