// SPDX-License-Identifier: BSL-1.0
#include <weft/ops/all.hpp>

#include <weft/kernel/general.hpp>
#include <weft/run/copy.hpp>

namespace weft {
void merge_op::run(const ir::general_call& call) {
  tensor_ref apart = call.in[0]; // the result with its parts as axes
  const int whole = call.out.ax.find(call.x.at.axis);
  long step = call.out.stride[whole];
  for (int i = apart.ax.n; i-- > 0;)
    if (const int p = call.out.ax.find(apart.ax[i]); p >= 0 && !call.x.at.shape.has(apart.ax[i]))
      apart.stride[i] = call.out.stride[p];
  for (int i = call.x.at.shape.n; i-- > 0;) {
    const int p = apart.ax.find(call.x.at.shape[i]);
    apart.stride[p] = step, step *= apart.extent[p];
  }
  apart.data = call.out.data;
  copy_to(call.in[0], apart);
}
} // namespace weft
