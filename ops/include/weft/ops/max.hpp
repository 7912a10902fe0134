// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/div.hpp>
#include <weft/ops/maximum.hpp>
#include <weft/ops/sum.hpp>

namespace weft {

constexpr expr max(const at& x, const axes& over);

/// The base of max and min: whoever equals the result moves it, in equal shares.
struct extremum : reduction {
  static constexpr expr winners(const expr& x, const expr& y) { return where(x == at(y), 1.0, 0.0); }
  static constexpr expr vjp(int, const expr* in, const expr& y, const expr& dy) {
    const expr w = winners(in[0], y);
    return w * (dy / at(sum(w, in[0].ax().without(y.ax()))));
  }
  static constexpr expr jvp(const expr* in, const expr* t, const expr& y) {
    const expr w = winners(in[0], y);
    const axes over = in[0].ax().without(y.ax());
    const expr moved = sum(w * at(t[0]), over), share = sum(w, over), known = y == at(y);
    return moved / at(where(known, max(share, 1.0), share)); // of an empty axis it does not move
  }
};
/// The largest value along one or more axes: the result lacks them.  Of an empty axis -infinity (of integers the
/// smallest one); NaN if any value is NaN.  The cotangent goes to the largest; ties share it equally.
struct max_op : extremum {
  static constexpr std::string_view name = "max";
  static constexpr unsigned traits = ir::trait::maximum;
  static constexpr double neutral = -infinity;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return maximum_op::eval(a, b); }
  static constexpr ir::interval range(ir::interval x) { return x; }
};
constexpr expr max(const at& x, const axes& over) { return ir::reduce<max_op>(x, over); }
} // namespace weft

extern template struct weft::ir::of<weft::max_op>;
