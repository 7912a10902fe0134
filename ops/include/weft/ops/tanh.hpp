// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/math.hpp>
#include <weft/ops/mul.hpp>
#include <weft/ops/sub.hpp>

namespace weft {

constexpr expr tanh(const at& x);

/// tanh(x), elementwise.  d/dx = 1 - y^2, from the result alone: saturates to 0 without cancellation.
struct tanh_op : elementwise<1> {
  static constexpr std::string_view name = "tanh";
  static constexpr double flops = 20;
  [[gnu::always_inline]] static auto eval(auto x) { return math::tanh(x); }
  static constexpr std::array<expr, 1> partials(const expr&, const expr& y) { return {1 - y * at(y)}; }
  static constexpr ir::interval range(ir::interval) { return {-1, 1}; }
};
constexpr expr tanh(const at& x) { return ir::unary<tanh_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::tanh_op>;
