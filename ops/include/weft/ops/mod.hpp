// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/div.hpp>
#include <weft/ops/round.hpp>
#include <weft/ops/sub.hpp>

namespace weft {

constexpr expr mod(const at& a, const at& b);

/// a - b floor(a / b), elementwise: the remainder with the sign of the divisor, as in Python and numpy (C's `%` and
/// `fmod` have that of a); a remainder 0 has it too.  Reals: exact, but for |a| < |b| of unlike signs, where it is a +
/// b rounded (and may be b); NaN for b = 0 or an infinite a; for an infinite b, a if the signs agree, else b. Integers:
/// 0 for b = 0.  d/da = 1, d/db = -floor(a / b), at the jumps too.
struct mod_op : elementwise<2> {
  static constexpr std::string_view name = "mod";
  static constexpr ir::kinds rule = ir::kinds::same;
  static constexpr double flops = 14;
  [[gnu::always_inline]] static auto eval(auto a, auto b) {
    using V = decltype(a);
    if constexpr (std::is_floating_point_v<scalar_of<V>>) return math::mod(a, b);
    else { // neither 0 nor -1 divides: the processor traps at x / 0 and at the lowest number over -1
      const V one = broadcast<V>(1), divisor = select(b == 0, one, select(b == -1, one, b));
      const V r = a % divisor, other = r + divisor;
      return select(r == 0, r, select((r ^ divisor) < 0, other, r));
    }
  }
  static constexpr std::array<expr, 2> partials(const expr& a, const expr& b, const expr& y) {
    return {expr(1), -at(round((a - at(y)) / at(b)))};
  }
  static constexpr ir::interval range(ir::interval a, ir::interval b) {
    const double period = math::floor(a.lo / b.lo);
    if (b.lo == b.hi && b.lo > 0 && period == math::floor(a.hi / b.lo)) // within one period
      return {a.lo - period * b.lo, a.hi - period * b.lo};
    return {b.lo < 0 ? b.lo : 0, b.hi > 0 ? b.hi : 0, b.lo <= 0 && b.hi >= 0};
  }
};
constexpr expr mod(const at& a, const at& b) { return ir::binary<mod_op>(a, b); }
} // namespace weft

extern template struct weft::ir::of<weft::mod_op>;
