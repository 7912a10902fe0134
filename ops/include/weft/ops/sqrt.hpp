// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/math.hpp>
#include <weft/ops/div.hpp>

namespace weft {

constexpr expr sqrt(const at& x);

namespace ir {
/// The square root in a constant, where std::sqrt can't be used: Newton's iteration, and a last step from the exact
/// remainder x - r^2 (T. J. Dekker, "A floating-point technique for extending the available precision", 1971), so that
/// it is rounded as the processor rounds it.
constexpr double root(double x) {
  if (!(x > 0) || x == infinity) return x == 0 || x == infinity ? x : std::numeric_limits<double>::quiet_NaN();
  double r = x < 1 ? 1 : x;
  for (double next = (r + x / r) / 2; next < r; next = (r + x / r) / 2) r = next;
  const double upper = r * 0x1p27, high = upper - (upper - r), low = r - high;
  return r + ((x - high * high) - 2 * high * low - low * low) / (2 * r);
}
} // namespace ir

/// sqrt(x), elementwise.  d/dx = 1 / (2 y): infinite at 0; of a negative number NaN.
struct sqrt_op : elementwise<1> {
  static constexpr std::string_view name = "sqrt";
  static constexpr double flops = 4;
  [[gnu::always_inline]] static auto eval(auto x) { return math::sqrt(x); }
  static constexpr std::array<expr, 1> partials(const expr&, const expr& y) { return {0.5 / at(y)}; }
  static constexpr double fold(const double* x) { return ir::root(x[0]); }
  static constexpr ir::interval range(ir::interval x) { return {0, infinity, x.lo < 0}; }
};
constexpr expr sqrt(const at& x) { return ir::unary<sqrt_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::sqrt_op>;
