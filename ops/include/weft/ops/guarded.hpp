// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

constexpr expr guarded(const at& lse);

/// lse, but +infinity where it is -infinity: then exp(x - guarded(logsumexp(x))) is exactly 0 for a row whose every
/// score is -infinity, and so is every derivative of it.  d/dx = 1.
struct guarded_op : elementwise<1> {
  static constexpr std::string_view name = "guarded";
  static constexpr unsigned traits = ir::trait::guard;
  [[gnu::always_inline]] static auto eval(auto x) {
    using V = decltype(x);
    return select(x == broadcast<V>(-std::numeric_limits<scalar_of<V>>::infinity()),
                  broadcast<V>(std::numeric_limits<scalar_of<V>>::infinity()), x);
  }
  static constexpr std::array<expr, 1> partials(const expr&, const expr&) { return {expr(1)}; }
  static constexpr ir::interval range(ir::interval x) {
    return {x.lo == -infinity && x.hi == -infinity ? infinity : x.lo, x.lo == -infinity ? infinity : x.hi};
  }
};
constexpr expr guarded(const at& lse) { return ir::unary<guarded_op>(lse); }
} // namespace weft

extern template struct weft::ir::of<weft::guarded_op>;
