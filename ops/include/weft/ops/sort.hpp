// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/gather.hpp>
#include <weft/ops/pad.hpp>

#include <boost/hana/define_struct.hpp>

namespace weft {

/// Which way values are put in order.
enum class order { ascending, descending };

/// The places of an axis in the order of their values, of which the axis `to` takes the first: y[0] is where the
/// smallest is (the largest, if descending).  Integers.  Stable: of equal values the first place comes first; -0 is 0;
/// NaN counts as the largest (as in NumPy and PyTorch).  O(n log n) a row, O(n log k) for the first k.  No derivative:
/// `sort` and `top_k` carry it through the values, which are gathered.
struct argsort_op {
  static constexpr std::string_view name = "argsort";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::ranks;
  static constexpr double flops = 20;
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes& a) {
    return ir::resized(in[0], a, true);
  }
  static void run(const ir::general_call& call);
};
namespace ir {
constexpr expr argsort(const at& x, axis_ref axis, axis_ref to, order direction) {
  attributes a;
  a.axis = axis, a.to = to, a.value = direction == order::descending;
  return unary<argsort_op>(x, a);
}
} // namespace ir
/// The places along an axis in the order of their values; see `argsort` above.
constexpr expr argsort(const at& x, axis_ref axis, order direction = order::ascending) {
  return ir::argsort(x, axis, axis, direction);
}

/// What sorting gives: the values in order, and the place along the axis where each was.
template <class T, class I = T> struct sorted {
  BOOST_HANA_DEFINE_STRUCT(sorted, (T, values), (I, indices));
};
/// x in order along an axis: sort(x, key).values, .indices.  The values' derivative goes back to where they were; a tie
/// is broken as `argsort` does, so there it is one of several.
constexpr sorted<expr> sort(const at& x, axis_ref axis, order direction = order::ascending) {
  const ir::scope s("sort", x);
  const expr places = argsort(x, axis, direction);
  return {gather(x, at(places, x.where), axis), places};
}
/// The largest values along an axis, largest first, as many as the axis `to` has places: top_k(scores, key, best).  The
/// values' derivative goes back to where they were.
constexpr sorted<expr> top_k(const at& x, axis_ref axis, axis_ref to) {
  const ir::scope s("top_k", x);
  const expr places = ir::argsort(x, axis, to, order::descending);
  return {gather(x, at(places, x.where), axis), places};
}
} // namespace weft

extern template struct weft::ir::of<weft::argsort_op>;
