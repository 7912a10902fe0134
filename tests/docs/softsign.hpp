// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/all.hpp>

namespace tutorial {
using namespace weft;

constexpr expr softsign(const at& x);

/// x / (1 + |x|), elementwise: a tanh with slow tails.  d/dx = 1 / (1 + |x|)^2.
struct softsign_op : elementwise<1> {
  static constexpr std::string_view name = "softsign";
  static constexpr double flops = 3;
  [[gnu::always_inline]] static auto eval(auto x) { return x / (1 + (x < 0 ? -x : x)); }
  static constexpr std::array<expr, 1> partials(const expr& x, const expr&) {
    const expr r = 1 / at(1 + at(abs(x)));
    return {r * at(r)};
  }
  static constexpr ir::interval range(ir::interval) { return {-1, 1}; }
};
constexpr expr softsign(const at& x) { return ir::unary<softsign_op>(x); }
} // namespace tutorial
