// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/maximum.hpp>

namespace weft {

constexpr expr min(const at& a, const at& b);

/// The smaller of a and b, elementwise.  The cotangent goes to the smaller one; a tie gives each half.  NaN if either
/// is NaN.
struct minimum_op : one_of_two<minimum_op> {
  static constexpr std::string_view name = "minimum";
  [[gnu::always_inline]] static constexpr auto wins(const auto& a, const auto& b) { return a < b; }
};
constexpr expr min(const at& a, const at& b) { return ir::binary<minimum_op>(a, b); }
} // namespace weft

extern template struct weft::ir::of<weft::minimum_op>;
