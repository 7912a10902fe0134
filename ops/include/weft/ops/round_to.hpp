// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/math.hpp>
#include <weft/ops/algebra.hpp>

namespace weft {

namespace ir {
template <class F> struct rounds_to : elementwise<1> {
  using format = F;
  static constexpr double flops = 8;
  static constexpr std::string_view no_derivative = "straight through: 1 by definition"; ///< to the laws
  [[gnu::always_inline]] static auto eval(auto x) { return math::round_to<F>(x); }
  static constexpr std::array<expr, 1> partials(const expr&, const expr&) { return {expr(1)}; }
  static constexpr double fold(const double* x) { return math::round_to<F>(x[0]); }
  static constexpr interval range(interval x) { return {math::round_to<F>(x.lo), math::round_to<F>(x.hi)}; }
};
} // namespace ir

/// The bfloat16 number nearest to x, elementwise: simulated precision, kept in the precision of the run.  Halves go to
/// the even one, subnormal numbers are kept, beyond the largest is infinity; exact.  d/dx = 1: a straight-through
/// identity (Bengio et al. 2013), not the slope of the steps.
struct round_to_bfloat16_op : ir::rounds_to<bfloat16> {
  static constexpr std::string_view name = "round_to_bfloat16";
};

/// The float16 number (IEEE 754 binary16) nearest to x, elementwise: simulated precision, kept in the precision of the
/// run.  Halves go to the even one, subnormal numbers are kept, from 65520 on infinity; exact.  d/dx = 1: a
/// straight-through identity (Bengio et al. 2013), not the slope of the steps.
struct round_to_float16_op : ir::rounds_to<float16> {
  static constexpr std::string_view name = "round_to_float16";
};

/// x rounded to `bfloat16` or `float16`: `round_to<bfloat16>(x)`.
template <class Format> constexpr expr round_to(const at& x) {
  return ir::unary<std::conditional_t<std::is_same_v<Format, bfloat16>, round_to_bfloat16_op, round_to_float16_op>>(x);
}
} // namespace weft

extern template struct weft::ir::of<weft::round_to_bfloat16_op>;
extern template struct weft::ir::of<weft::round_to_float16_op>;
