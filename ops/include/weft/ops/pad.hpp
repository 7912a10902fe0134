// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/structural.hpp>
#include <weft/kernel/general.hpp>
#include <weft/run/error.hpp>

namespace weft {

constexpr expr slice(const at& x, axis_ref from, long start, axis_ref to);

/// x at [start, start + extent(from)) of the axis `to`, zeros elsewhere: the transpose of slice.
struct pad_op {
  static constexpr std::string_view name = "pad";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr double flops = 0;
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes& a) {
    const int p = in[0].ax.find(a.axis);
    if (p < 0) return {{}, "no axis", a.axis};
    if (in[0].ax.has(a.to) && !same(a.axis, a.to)) return {{}, "there is already an axis", a.to};
    const long n = in[0].ax[p]->extent;
    if (a.start < 0 || (n != unbound && a.to->extent != unbound && a.start + n > a.to->extent))
      return {{}, "reaches beyond its axis:", in[0].ax[p], a.to};
    ir::verdict v{in[0].ax};
    v.out.a[p] = a.to;
    return v;
  }
  static constexpr expr transpose(int, const expr* in, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    return slice(at(dy, x.where), x.at.to, x.at.start, in[0].ax()[in[0].ax().find(x.at.axis)]);
  }
  static void run(const ir::general_call& call);
};
constexpr expr pad(const at& x, axis_ref from, long start, axis_ref to) {
  ir::attributes a;
  a.axis = from, a.to = to, a.start = start;
  return ir::unary<pad_op>(x, a);
}
inline void pad_op::run(const ir::general_call& call) {
  const tensor_ref& in = call.in[0];
  const int p = in.ax.find(call.x.at.axis);
  if (call.x.at.start + in.extent[p] > call.out.extent[p])
    throw error("pad: " + shape_text(in) + " from " + std::to_string(call.x.at.start) + " reaches beyond " + shape_text(call.out));
  with_type(call.out.type, [&](auto zero) {
    using T = decltype(zero);
    T* out = ir::elements<T>(call.out);
    const T* from = ir::elements<T>(in);
    const ir::strides_along to(call.out, call.out.ax);
    ir::each_index(call.out.extent, call.out.ax.n, [&](const long* at) { out[to(at)] = T{}; });
    ir::strides_along source(in, in.ax);
    out += call.x.at.start * call.out.stride[p];
    ir::each_index(in.extent, in.ax.n, [&](const long* at) { out[to(at)] = from[source(at)]; });
  });
}
} // namespace weft
