// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/structural.hpp>

namespace weft {

/// The sum over one or more axes: the result lacks them.  Of an empty axis 0.  Plans add at most some hundred terms
/// one after another, then what those make: the rounding error grows with the number of such parts.
/// Its transpose repeats the cotangent along what was summed.
struct sum_op : reduction {
  static constexpr std::string_view name = "sum";
  static constexpr unsigned traits = ir::trait::sum;
  static constexpr double neutral = 0;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a + b; }
  static constexpr expr transpose(int, const expr* in, const expr& y, const expr& dy) {
    return ir::arrange(dy, in[0].ax(), y.where());
  }
};
constexpr expr sum(const at& x, const axes& over) { return ir::reduce<sum_op>(x, over); }
} // namespace weft

#include <weft/ops/algebra.hpp> // derivatives are written in all of it

extern template struct weft::ir::of<weft::sum_op>;
