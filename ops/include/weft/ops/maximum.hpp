// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/add.hpp>
#include <weft/ops/compare.hpp>
#include <weft/ops/mul.hpp>
#include <weft/ops/where.hpp>
#include <weft/passes/differentiate.hpp>

namespace weft {

constexpr expr max(const at& a, const at& b);

/// The base of maximum and minimum: of a and b the one that `Op::wins(it, the other)`.
template <class Op> struct one_of_two : elementwise<2> {
  static constexpr ir::kinds rule = ir::kinds::same;
  [[gnu::always_inline]] static auto eval(auto a, auto b) {
    // held: GCC would make one choice of the two, which takes an instruction more
    if constexpr (is_packet<decltype(a)>) return select(a != a, a, held(select(Op::wins(a, b), a, b)));
    else return Op::wins(a, b) || a != a ? a : b;
  }
  static constexpr expr vjp(int which, const expr* in, const expr&, const expr& dy) {
    return share(in[which], in[1 - which], dy);
  }
  static constexpr expr jvp(const expr* in, const expr* t, const expr& y) {
    expr r = ir::zeros(*y.g, y.ax(), y.where());
    for (int i = 0; i < 2; i++)
      if (t[i].attached()) r = r + at(share(in[i], in[1 - i], t[i]));
    return r;
  }
  static constexpr expr share(const expr& mine, const expr& other, const expr& d) {
    const expr wins = Op::wins(mine, at(other)), ties = mine == at(other);
    return where(wins, d, where(ties, 0.5 * at(d), 0.0));
  }
  static constexpr double fold(const double* x) { return Op::wins(x[0], x[1]) || x[0] != x[0] ? x[0] : x[1]; }
  static constexpr ir::interval range(ir::interval a, ir::interval b) {
    return {Op::wins(a.lo, b.lo) ? a.lo : b.lo, Op::wins(a.hi, b.hi) ? a.hi : b.hi};
  }
};

/// The larger of a and b, elementwise.  The cotangent goes to the larger one; a tie gives each half.  NaN if either is
/// NaN.
struct maximum_op : one_of_two<maximum_op> {
  static constexpr std::string_view name = "maximum";
  [[gnu::always_inline]] static constexpr auto wins(const auto& a, const auto& b) { return a > b; }
};
constexpr expr max(const at& a, const at& b) { return ir::binary<maximum_op>(a, b); }
} // namespace weft

extern template struct weft::ir::of<weft::maximum_op>;
