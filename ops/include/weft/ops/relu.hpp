// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/compare.hpp>
#include <weft/ops/where.hpp>

namespace weft {

constexpr expr relu(const at& x);

/// max(x, 0), elementwise, of an integer or a real (Nair and Hinton 2010); NaN at NaN.  d/dx = 1 above 0, else 0, at 0
/// too: a selection, so an infinite cotangent of a dead unit is dropped.
struct relu_op : elementwise<1> {
  static constexpr std::string_view name = "relu";
  static constexpr ir::kinds rule = ir::kinds::same;
  [[gnu::always_inline]] static auto eval(auto x) { return x < 0 ? decltype(x){} : x; }
  static constexpr expr vjp(int, const expr* in, const expr&, const expr& dy) { return alive(in[0], dy); }
  static constexpr expr jvp(const expr* in, const expr* t, const expr&) { return alive(in[0], t[0]); }
  static constexpr expr alive(const expr& x, const expr& d) { return where(x > 0, d, 0.0); }
  static constexpr double fold(const double* x) { return x[0] < 0 ? 0 : x[0]; }
  static constexpr ir::interval range(ir::interval x) { return {x.lo < 0 ? 0 : x.lo, x.hi < 0 ? 0 : x.hi}; }
};
constexpr expr relu(const at& x) { return ir::unary<relu_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::relu_op>;
