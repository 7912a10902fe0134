// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/compare.hpp>
#include <weft/ops/div.hpp>
#include <weft/ops/log.hpp>
#include <weft/ops/logic.hpp>
#include <weft/ops/sub.hpp>
#include <weft/ops/where.hpp>

namespace weft {

constexpr expr pow(const at& x, const at& y);

/// x^y, elementwise.  Within 1.1 ulp, subnormal results included.  Zeros, infinities, NaN and negative x as in C (Annex
/// F): NaN for x < 0 unless y is an integer, 1 for y = 0 or x = 1 whatever the other is.
/// d/dx = y x^(y - 1), 0 for x = y = 0.  d/dy = z ln x, 0 where z = x^y is 0 and for x = y = 0; NaN for x < 0.
struct pow_op : elementwise<2> {
  static constexpr std::string_view name = "pow";
  static constexpr double flops = 80;
  [[gnu::always_inline]] static auto eval(auto x, auto y) { return math::pow(x, y); }
  static constexpr std::array<expr, 2> partials(const expr& x, const expr& y, const expr& z) {
    const expr both_zero = x == 0 && y == 0;
    const expr dx = y * at(pow(x, where(both_zero, 1.0, y) - 1));
    return {dx, z * at(log(where(z == 0 || both_zero, 1.0, x)))};
  }
  /// x^1 = x, x^2 = x x, x^-1 = 1 / x.
  static constexpr expr simplify(const expr* in, int, const ir::node& z) {
    if (!(in[0].ax() == z.ax)) return {};
    const at x(in[0], z.where);
    if (in[1].is_constant_equal(1)) return in[0];
    if (in[1].is_constant_equal(2)) return x * x;
    if (in[1].is_constant_equal(-1)) return 1 / x;
    return {};
  }
  static constexpr ir::interval range(ir::interval x, ir::interval) {
    return {x.lo > 0 ? 0 : -infinity, infinity, x.lo < 0};
  }
};
constexpr expr pow(const at& x, const at& y) { return ir::binary<pow_op>(x, y); }
} // namespace weft

extern template struct weft::ir::of<weft::pow_op>;
