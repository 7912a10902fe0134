// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/mul.hpp>
#include <weft/ops/neg.hpp>

namespace weft {

constexpr expr operator/(const at& a, const at& b);

/// a / b, elementwise; integers become reals first.  d/da = 1 / b, d/db = -y / b.
/// 0 / 0 is NaN, x / 0 infinite, as IEEE 754 has it.
struct div_op : elementwise<2> {
  static constexpr std::string_view name = "div";
  static constexpr unsigned traits = ir::trait::quotient;
  static constexpr double flops = 4;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a / b; }
  static constexpr std::array<expr, 2> partials(const expr&, const expr& b, const expr& y) {
    return {1 / at(b), -(y / at(b))};
  }
  static constexpr double fold(const double* x) {
    return x[1] == 0 ? std::numeric_limits<double>::quiet_NaN() : x[0] / x[1];
  }
  static constexpr ir::interval range(ir::interval a, ir::interval b) {
    if (!(b.lo > 0 || b.hi < 0)) return {-infinity, infinity, true};
    const double q[4]{a.lo / b.lo, a.lo / b.hi, a.hi / b.lo, a.hi / b.hi};
    ir::interval r{infinity, -infinity};
    for (double x : q) r = {x < r.lo ? x : r.lo, x > r.hi ? x : r.hi};
    return r;
  }
  /// x / c = x * (1 / c) where 1 / c is exact: a power of two.
  static constexpr expr simplify(const expr* in, int, const ir::node& y) {
    double c = 0;
    if (!in[1].is_constant(c) || !(in[0].ax() == y.ax)) return {};
    if (c == 1) return in[0];
    const double size = c < 0 ? -c : c;
    const bool power_of_two = (std::bit_cast<std::uint64_t>(c) << 12) == 0 && size > 0x1p-100 && size < 0x1p100;
    return power_of_two ? at(in[0], y.where) * at(1 / c) : expr{};
  }
};
constexpr expr operator/(const at& a, const at& b) { return ir::binary<div_op>(a, b); }
constexpr expr& operator/=(expr& a, const at& b) { return a = ir::binary<div_op>({a, b.where}, b); }
} // namespace weft

extern template struct weft::ir::of<weft::div_op>;
