// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/exp.hpp>
#include <weft/ops/mul.hpp>
#include <weft/ops/neg.hpp>

namespace weft {

constexpr expr erf(const at& x);

/// erf(x) = 2 / sqrt(pi) * integral of exp(-t^2) over [0, x], elementwise.  d/dx = 2 / sqrt(pi) * exp(-x^2).
struct erf_op : elementwise<1> {
  static constexpr std::string_view name = "erf";
  static constexpr double flops = 30;
  [[gnu::always_inline]] static auto eval(auto x) { return math::erf(x); }
  static constexpr std::array<expr, 1> partials(const expr& x, const expr&) {
    return {1.1283791670955126 * exp(-(x * at(x)))};
  }
  static constexpr ir::interval range(ir::interval) { return {-1, 1}; }
};
constexpr expr erf(const at& x) { return ir::unary<erf_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::erf_op>;
