// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/math.hpp>
#include <weft/ops/add.hpp>
#include <weft/ops/div.hpp>

namespace weft {

constexpr expr log1p(const at& x);

/// ln(1 + x), elementwise, without losing small x.  d/dx = 1 / (1 + x).  Within 1.5 ulp; -inf at -1, NaN below.
struct log1p_op : elementwise<1> {
  static constexpr std::string_view name = "log1p";
  static constexpr double flops = 20;
  [[gnu::always_inline]] static auto eval(auto x) { return math::log1p(x); }
  static constexpr std::array<expr, 1> partials(const expr& x, const expr&) { return {1 / at(1 + at(x))}; }
  static constexpr ir::interval range(ir::interval x) {
    return {x.lo >= 0 ? 0 : -infinity, x.hi <= 0 ? 0 : infinity, x.lo < -1};
  }
};
constexpr expr log1p(const at& x) { return ir::unary<log1p_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::log1p_op>;
