// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/div.hpp>
#include <weft/ops/maximum.hpp>
#include <weft/ops/stop_gradient.hpp>
#include <weft/ops/sum.hpp>

namespace weft {

constexpr expr max(const at& x, const axes& over);

/// The base of max and min: whoever equals the result moves it, in equal shares; nothing of the others does, whatever
/// they are multiplied by.
struct extremum : reduction {
  static constexpr expr vjp(int, const expr* in, const expr& y, const expr& dy) {
    const expr wins = in[0] == at(y);
    return where(wins, dy / at(sum(where(wins, 1.0, 0.0), in[0].ax().without(y.ax()))), unmoved(y));
  }
  static constexpr expr jvp(const expr* in, const expr* t, const expr& y) {
    const expr wins = in[0] == at(y);
    const axes over = in[0].ax().without(y.ax());
    const expr moved = sum(where(wins, t[0], 0.0), over), share = sum(where(wins, 1.0, 0.0), over);
    return moved / at(max(share, 1.0)) + at(unmoved(y)); // of an empty axis it does not move
  }

private:
  /// 0, or NaN as the result is.
  static constexpr expr unmoved(const expr& y) { return where(y == at(y), 0.0, stop_gradient(y)); }
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
