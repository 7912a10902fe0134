// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/pad.hpp>

namespace weft {

/// The part [start, start + extent(to)) of the axis `from`, under the name `to`.  A view: nothing is copied.
/// Its transpose pads with zeros.
struct slice_op {
  static constexpr std::string_view name = "slice";
  static constexpr ir::form how = ir::form::view;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr unsigned traits = ir::trait::part | ir::trait::along;
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes& a) {
    return ir::resized(in[0], a, true);
  }
  static constexpr expr transpose(int, const expr* in, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    const axis_ref back = in[0].ax()[in[0].ax().find(x.at.axis)];
    return ir::pad(at(dy, x.where), ir::turned(x.at, back));
  }
  static constexpr ir::extent_rule extents(const ir::attributes& a) {
    return a.shape.n ? ir::extent_rule{a.axis, a.shape} : ir::extent_rule{};
  }
  static constexpr ir::layout view(const ir::layout& in, const axes& from, const ir::node& x, const ir::extents_of& e) {
    ir::layout r = in;
    r.offset += ir::start_of(x.at, e) * in.stride[from.find(x.at.axis)];
    return r;
  }
};
namespace ir {
constexpr expr slice(const at& x, const attributes& part) { return unary<slice_op>(x, part); }
} // namespace ir
constexpr expr slice(const at& x, axis_ref from, long start, axis_ref to) {
  return ir::slice(x, ir::part(from, start, to));
}
} // namespace weft

extern template struct weft::ir::of<weft::slice_op>;
