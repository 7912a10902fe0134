// SPDX-License-Identifier: BSL-1.0
#include <weft/ops/all.hpp>

#include <weft/kernel/general.hpp>

namespace weft {
void cumsum_op::run(const ir::general_call& call) {
  with_type(call.out.type, [&]<class T>(T) {
    const int p = call.out.ax.find(call.x.at.axis);
    const bool reverse = call.x.at.start & ir::reversed;
    const ir::sheet_steps x(call.in[0], call.out, p, reverse), y(call.out, call.out, p, reverse);
    ir::each_sheet(call.out, p, [&](const long* at, long length, long width) {
      const T* from = ir::elements<T>(call.in[0]) + x(at);
      T* to = ir::elements<T>(call.out) + y(at);
      for (long j = 0; j < width; j++) to[j * y.side] = from[j * x.side];
      for (long i = 1; i < length; i++)
        for (long j = 0; j < width; j++)
          to[i * y.step + j * y.side] =
              static_cast<T>(to[(i - 1) * y.step + j * y.side] + from[i * x.step + j * x.side]);
    });
  });
}
} // namespace weft
