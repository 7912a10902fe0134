// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/math.hpp>
#include <weft/ops/div.hpp>

namespace weft {

constexpr expr log(const at& x);

/// ln x, elementwise.  d/dx = 1 / x.  log(0) = -inf, of a negative number NaN.
struct log_op : elementwise<1> {
  static constexpr std::string_view name = "log";
  static constexpr double flops = 14;
  [[gnu::always_inline]] static auto eval(auto x) { return math::log(x); }
  static constexpr std::array<expr, 1> partials(const expr& x, const expr&) { return {1 / at(x)}; }
};
constexpr expr log(const at& x) { return ir::unary<log_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::log_op>;
