// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/max.hpp>
#include <weft/ops/minimum.hpp>

namespace weft {

constexpr expr min(const at& x, const axes& over);

/// The smallest value along one or more axes: the result lacks them.  Of an empty axis +infinity (of integers the
/// largest one); NaN if any value is NaN.  The cotangent goes to the smallest; ties share it equally.
struct min_op : extremum {
  static constexpr std::string_view name = "min";
  static constexpr double neutral = infinity;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return minimum_op::eval(a, b); }
  static constexpr ir::interval range(ir::interval x) { return x; }
};
constexpr expr min(const at& x, const axes& over) { return ir::reduce<min_op>(x, over); }
} // namespace weft

extern template struct weft::ir::of<weft::min_op>;
