// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/math.hpp>
#include <weft/ops/compare.hpp>
#include <weft/ops/neg.hpp>
#include <weft/ops/where.hpp>

namespace weft {

constexpr expr abs(const at& x);

/// |x|, elementwise.  d/dx = 1 above 0, -1 below, else 0.
struct abs_op : elementwise<1> {
  static constexpr std::string_view name = "abs";
  static constexpr ir::kinds rule = ir::kinds::same;
  [[gnu::always_inline]] static auto eval(auto x) {
    if constexpr (math::real<decltype(x)>) return math::abs(x);
    else return x < 0 ? -x : x;
  }
  static constexpr expr vjp(int, const expr* in, const expr&, const expr& dy) { return signed_like(in[0], dy); }
  static constexpr expr jvp(const expr* in, const expr* t, const expr&) { return signed_like(in[0], t[0]); }
  static constexpr expr signed_like(const expr& x, const expr& d) {
    const expr above = x > 0, below = x < 0;
    return where(above, d, where(below, -at(d), 0.0));
  }
  static constexpr ir::interval range(ir::interval x) {
    return {x.lo > 0 ? x.lo : x.hi < 0 ? -x.hi : 0, -x.lo > x.hi ? -x.lo : x.hi};
  }
};
constexpr expr abs(const at& x) { return ir::unary<abs_op>(x); }
} // namespace weft

extern template struct weft::ir::of<weft::abs_op>;
