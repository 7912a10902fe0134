// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/div.hpp>
#include <weft/ops/maximum.hpp>
#include <weft/ops/sum.hpp>

namespace weft {

constexpr expr max(const at& x, const axes& over);

/// The largest value along an axis: the result lacks it.  Of an empty axis -infinity; NaN if any value is NaN.
/// The cotangent goes to the largest; ties share it equally.
struct max_op : reduction {
  static constexpr std::string_view name = "max";
  static constexpr unsigned traits = ir::trait::maximum;
  static constexpr double neutral = -infinity;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return maximum_op::eval(a, b); }
  static constexpr expr winners(const expr& x, const expr& y) { return where(x == at(y), 1.0, 0.0); }
  static constexpr expr vjp(int, const expr* in, const expr& y, const expr& dy) {
    const expr w = winners(in[0], y);
    return w * (dy / at(sum(w, in[0].ax().without(y.ax()))));
  }
  static constexpr expr jvp(const expr* in, const expr* t, const expr& y) {
    const expr w = winners(in[0], y);
    const axes over = in[0].ax().without(y.ax());
    const expr moved = sum(w * at(t[0]), over), share = sum(w, over), lowest = y == -infinity;
    return moved / at(where(lowest, max(share, 1.0), share)); // of an empty axis it does not move
  }
  static constexpr ir::interval range(ir::interval x) { return x; }
};
constexpr expr max(const at& x, const axes& over) { return ir::reduce<max_op>(x, over); }
} // namespace weft
