// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/linear_recurrence.hpp>

namespace weft {

/// The product over one or more axes: the result lacks them.  Of an empty axis 1.  Integers or reals.  dx[i] is the
/// product of the others, as running products from both ends: no division, so it is right where factors are 0.
struct prod_op : reduction {
  static constexpr std::string_view name = "prod";
  static constexpr double neutral = 1;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a * b; }
  static constexpr expr vjp(int, const expr* in, const expr& y, const expr& dy) {
    return dy * at(others(in[0], in[0].ax().without(y.ax())));
  }
  static constexpr expr jvp(const expr* in, const expr* t, const expr& y) {
    const axes over = in[0].ax().without(y.ax());
    return sum(t[0] * at(others(in[0], over)), over);
  }
  static constexpr expr others(const expr& x, const axes& over);
};
constexpr expr prod(const at& x, const axes& over) { return ir::reduce<prod_op>(x, over); }

/// For each place the product of all others.
constexpr expr prod_op::others(const expr& x, const axes& over) {
  const axis_ref a = over[0];
  const expr along_a = cumprod(x, a, {.exclusive = true}) * at(cumprod(x, a, {.exclusive = true, .reverse = true}));
  return over.n == 1 ? along_a : along_a * at(others(prod(x, a), over.without(a)));
}
} // namespace weft

extern template struct weft::ir::of<weft::prod_op>;
