// SPDX-License-Identifier: BSL-1.0
#include <weft/ops/all.hpp>

#include <weft/kernel/general.hpp>
#include <weft/run/error.hpp>

namespace weft {
void concat_op::run(const ir::general_call& call) {
  with_type(call.out.type, [&](auto zero) {
    using T = decltype(zero);
    const int p = call.out.ax.find(call.x.at.to);
    long start = 0;
    for (int i = 0; i < call.x.count; i++) {
      const tensor_ref& in = call.in[i];
      axes renamed = in.ax;
      renamed.a[in.ax.find(call.x.at.shape[i])] = call.x.at.to;
      const ir::strides_along to(call.out, renamed), from(in, in.ax);
      T* out = ir::elements<T>(call.out) + start * call.out.stride[p];
      start += in.extent_of(call.x.at.shape[i]);
      if (start > call.out.extent[p]) break;
      ir::each_place(in.extent, in.ax.n, [&](long o, long i) { out[o] = ir::elements<T>(in)[i]; }, to, from);
    }
    if (start != call.out.extent[p])
      throw error("concat: the parts have " + std::to_string(start) + " elements along " +
                  std::string(call.x.at.to->name) + " in all, the result " + std::to_string(call.out.extent[p]));
  });
}
} // namespace weft
