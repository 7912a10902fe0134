// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/math.hpp>
#include <weft/ops/mul.hpp>
#include <weft/ops/sub.hpp>

namespace weft {

constexpr expr sigmoid(const at& x);

/// 1 / (1 + exp(-x)), the logistic function, elementwise.  d/dx = y (1 - y), from the result alone.  Within 2.4 ulp
/// (float32), 1.9 (float64), far below 0 too; results below the smallest normal number are 0; 0 at -inf, 1 at inf.
struct sigmoid_op : elementwise<1> {
  static constexpr std::string_view name = "sigmoid";
  static constexpr double flops = 18;
  [[gnu::always_inline]] static auto eval(auto x) { return math::sigmoid(x); }
  static constexpr std::array<expr, 1> partials(const expr&, const expr& y) { return {y * at(1 - at(y))}; }
  static constexpr ir::interval range(ir::interval) { return {0, 1}; }
};
constexpr expr sigmoid(const at& x) { return ir::unary<sigmoid_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::sigmoid_op>;
