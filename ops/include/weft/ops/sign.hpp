// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

/// -1, 0 or 1: the sign of x, elementwise, of an integer or a real; 0 at 0 and -0, NaN at NaN.  d/dx = 0, at 0 too.
struct sign_op : elementwise<1> {
  static constexpr std::string_view name = "sign";
  static constexpr ir::kinds rule = ir::kinds::same;
  [[gnu::always_inline]] static auto eval(auto x) {
    using V = decltype(x);
    return select(x > 0, broadcast<V>(1), select(x < 0, broadcast<V>(-1), x == x ? V{} : x));
  }
  static constexpr std::array<expr, 1> partials(const expr&, const expr&) { return {}; }
  static constexpr double fold(const double* x) { return x[0] > 0 ? 1 : x[0] < 0 ? -1 : x[0]; }
  static constexpr ir::interval range(ir::interval x) {
    return {x.lo > 0 ? 1. : x.lo < 0 ? -1. : 0, x.hi > 0 ? 1. : x.hi < 0 ? -1. : 0};
  }
};
constexpr expr sign(const at& x) { return ir::unary<sign_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::sign_op>;
