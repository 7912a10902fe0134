// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

#include <limits>

namespace weft {

/// x as an integer, elementwise: the fraction of a real is dropped (toward zero), NaN becomes 0, infinities and what is
/// too large or too small for the program's integers the nearest of them; a boolean is 0 or 1.  So the ids of `gather`
/// can be computed: to_integer(floor(x / 4.0)).  No derivative.
struct to_integer_op : elementwise<1> {
  static constexpr std::string_view name = "to_integer";
  static constexpr ir::kinds rule = ir::kinds::ranks;
  [[gnu::always_inline]] static auto eval(auto x) {
    using S = scalar_of<decltype(x)>;
    if constexpr (std::is_floating_point_v<S>) {
      using I = std::conditional_t<sizeof(S) == 4, std::int32_t, std::int64_t>;
      using V = with_lanes<decltype(x), I>;
      constexpr S end = sizeof(S) == 4 ? S(0x1p31) : S(0x1p63);
      const V inside = convert<V>(select(x < end && x >= -end, x, decltype(x){}));
      return select(x >= end, broadcast<V>(std::numeric_limits<I>::max()),
                    select(x < -end, broadcast<V>(std::numeric_limits<I>::min()), inside));
    } else return x;
  }
  static constexpr expr simplify(const expr* in, int, const ir::node&) {
    return in[0].kind() == integer ? in[0] : expr{};
  }
  /// Toward zero, and 0 where the operand is NaN.
  static constexpr ir::interval range(ir::interval x) { return {x.lo < 0 ? x.lo : 0, x.hi > 0 ? x.hi : 0}; }
};
constexpr expr to_integer(const at& x) { return ir::unary<to_integer_op>(x); }

namespace ir {
/// The remedy of ops that need integers.
inline constexpr const char* integers_of_reals = "to_integer(x) makes them of reals";
} // namespace ir
} // namespace weft

extern template struct weft::ir::of<weft::to_integer_op>;
