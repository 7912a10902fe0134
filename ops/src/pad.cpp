// SPDX-License-Identifier: BSL-1.0
#include <weft/ops/all.hpp>

#include <weft/kernel/general.hpp>
#include <weft/run/error.hpp>

namespace weft {
void pad_op::run(const ir::general_call& call) {
  const tensor_ref& in = call.in[0];
  const int p = in.ax.find(call.x.at.axis);
  const long start = ir::start_of(call.x.at, call.extent);
  if (in.extent[p] > call.out.extent[p] || start > call.out.extent[p] - in.extent[p])
    throw error("pad: ", shape_text(in), " from ", start, " reaches beyond ", shape_text(call.out));
  with_type(call.out.type, [&](auto zero) {
    using T = decltype(zero);
    T* out = ir::elements<T>(call.out);
    const T* from = ir::elements<T>(in);
    const ir::strides_along to(call.out, call.out.ax), source(in, in.ax);
    ir::each_place(call.out.extent, call.out.ax.n, [&](long o) { out[o] = T{}; }, to);
    out += start * call.out.stride[p];
    ir::each_place(in.extent, in.ax.n, [&](long o, long i) { out[o] = from[i]; }, to, source);
  });
}
} // namespace weft
