// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/mul.hpp>
#include <weft/ops/sqrt.hpp>

namespace weft {

constexpr expr rsqrt(const at& x);

/// 1 / sqrt(x), elementwise.  d/dx = -y^3 / 2.  rsqrt(0) = inf.
struct rsqrt_op : elementwise<1> {
  static constexpr std::string_view name = "rsqrt";
  static constexpr double flops = 6;
  [[gnu::always_inline]] static auto eval(auto x) { return math::rsqrt(x); }
  static constexpr std::array<expr, 1> partials(const expr&, const expr& y) { return {-0.5 * (y * (y * at(y)))}; }
  static constexpr double fold(const double* x) {
    return x[0] > 0 ? 1 / ir::root(x[0]) : std::numeric_limits<double>::quiet_NaN();
  }
  static constexpr ir::interval range(ir::interval x) { return {0, infinity, x.lo < 0}; }
};
constexpr expr rsqrt(const at& x) { return ir::unary<rsqrt_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::rsqrt_op>;
