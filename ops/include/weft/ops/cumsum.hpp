// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/scan.hpp>

namespace weft {

constexpr expr cumsum(const at& x, axis_ref axis, scan how = {});

/// y[i] = x[0] + ... + x[i] along an axis; {.reverse = true}: x[i] + ... + x[n-1]; {.exclusive = true}: without x[i], 0
/// at the first place.  Integers or reals.  Added one after another: the error grows with i.  Once infinite or NaN, it
/// stays NaN or so.  Its transpose is the cumsum in the other direction.
struct cumsum_op {
  static constexpr std::string_view name = "cumsum";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::same;
  static constexpr double flops = 1;
  static constexpr ir::verdict infer(const ir::operand* in, int n, const ir::attributes& a) {
    return ir::scanned(in, n, a);
  }
  static constexpr expr transpose(int, const expr*, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    return cumsum(at(dy, x.where), x.at.axis, {.reverse = !(x.at.start & ir::reversed)});
  }
  static void run(const ir::general_call& call);
};
constexpr expr cumsum(const at& x, axis_ref axis, scan how) {
  const expr y = ir::unary<cumsum_op>(x, ir::scan_along(axis, how.reverse ? ir::reversed : 0));
  return ir::as_asked(at(y, x.where), axis, how, 0);
}
} // namespace weft

extern template struct weft::ir::of<weft::cumsum_op>;
