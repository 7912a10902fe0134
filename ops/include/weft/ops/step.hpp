// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

/// The Heaviside function, elementwise: 1 above 0, else 0, at 0 too (so that it is the derivative that `relu` takes);
/// NaN at NaN.  d/dx = 0, at 0 too.
struct step_op : elementwise<1> {
  static constexpr std::string_view name = "step";
  static constexpr ir::kinds rule = ir::kinds::same;
  [[gnu::always_inline]] static auto eval(auto x) {
    using V = decltype(x);
    return select(x > 0, broadcast<V>(1), x == x ? V{} : x);
  }
  static constexpr std::array<expr, 1> partials(const expr&, const expr&) { return {}; }
  static constexpr double fold(const double* x) { return x[0] > 0 ? 1 : x[0] == x[0] ? 0 : x[0]; }
  static constexpr ir::interval range(ir::interval x) { return {x.lo > 0 ? 1. : 0, x.hi > 0 ? 1. : 0}; }
};
constexpr expr step(const at& x) { return ir::unary<step_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::step_op>;
