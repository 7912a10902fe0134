// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/neg.hpp>

namespace weft {

/// a * b, elementwise.  d/da = b, d/db = a.
struct mul_op : elementwise<2> {
  static constexpr std::string_view name = "mul";
  static constexpr ir::kinds rule = ir::kinds::same;
  static constexpr unsigned traits = ir::trait::product;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a * b; }
  static constexpr std::array<expr, 2> partials(const expr& a, const expr& b, const expr&) { return {b, a}; }
  static constexpr double fold(const double* x) { return x[0] * x[1]; }
  /// x * 1 = x, x * -1 = -x. (Not x * 0 = 0: x may be infinite.)
  static constexpr expr simplify(const expr* in, int, const ir::node& y) {
    for (int i = 0; i < 2; i++) {
      if (!(in[1 - i].ax() == y.ax)) continue;
      if (in[i].is_constant_equal(1)) return in[1 - i];
      if (in[i].is_constant_equal(-1)) return -at(in[1 - i], y.where);
    }
    return {};
  }
  static constexpr ir::interval range(ir::interval a, ir::interval b) {
    const auto product = [](double x, double y) { return x == 0 || y == 0 ? 0 : x * y; };
    const double p[4]{product(a.lo, b.lo), product(a.lo, b.hi), product(a.hi, b.lo), product(a.hi, b.hi)};
    ir::interval r{p[0], p[0]};
    for (double x : p) r = {x < r.lo ? x : r.lo, x > r.hi ? x : r.hi};
    return r;
  }
};
constexpr expr operator*(const at& a, const at& b) { return ir::binary<mul_op>(a, b); }
constexpr expr& operator*=(expr& a, const at& b) { return a = ir::binary<mul_op>({a, b.where}, b); }
/// x * factor: the second step of attention, by its name.
constexpr expr scale(const at& x, const at& factor) { return ir::binary<mul_op>(x, factor); }
} // namespace weft

#include <weft/ops/algebra.hpp> // derivatives are written in all of it

extern template struct weft::ir::of<weft::mul_op>;
