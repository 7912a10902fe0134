// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/math.hpp>
#include <weft/ops/abs.hpp>
#include <weft/ops/exp_lowered.hpp>
#include <weft/ops/max.hpp>

namespace weft {

constexpr expr exp(const at& x);

/// exp(x), elementwise.  d/dx = y.  exp(-inf) = 0 exactly; results below the smallest normal number may be 0.
struct exp_op : elementwise<1> {
  static constexpr std::string_view name = "exp";
  static constexpr unsigned traits = ir::trait::exponential;
  static constexpr double flops = 12;
  using of_lowered = exp_lowered_op;
  [[gnu::always_inline]] static auto eval(auto x) { return math::exp(x); }
  static constexpr std::array<expr, 1> partials(const expr&, const expr& y) { return {y}; }
  /// The largest x (0 if that is infinite): exp(x - shift) is at most 1, or infinite where x is, and never NaN.
  static constexpr expr shift(const expr& x, const axes& over) {
    const expr m = max(x, over);
    return where(abs(m) == infinity, 0.0, m);
  }
  static constexpr ir::interval range(ir::interval x) { return {0, x.hi == -infinity ? 0 : infinity}; }
};
constexpr expr exp(const at& x) { return ir::unary<exp_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::exp_op>;
