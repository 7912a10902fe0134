// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

/// x, through which no derivative passes: its cotangent and its tangent are 0.
struct stop_gradient_op {
  static constexpr std::string_view name = "stop_gradient";
  static constexpr std::string_view no_derivative = "stopped: 0 by definition"; ///< to the laws
  static constexpr ir::form how = ir::form::view;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr unsigned traits = ir::trait::identity;
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes&) { return {in[0].ax}; }
  static constexpr expr vjp(int, const expr*, const expr&, const expr&) { return {}; }
  static constexpr expr jvp(const expr*, const expr*, const expr&) { return {}; }
  static constexpr expr simplify(const expr* in, int, const ir::node&) { return in[0]; }
  static constexpr ir::layout view(const ir::layout& in, const axes&, const ir::node&) { return in; }
};
constexpr expr stop_gradient(const at& x) { return x.e.attached() ? ir::unary<stop_gradient_op>(x) : x.e; }
} // namespace weft

extern template struct weft::ir::of<weft::stop_gradient_op>;
