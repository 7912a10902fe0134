// SPDX-License-Identifier: BSL-1.0
#include <weft/ops/all.hpp>

#include <weft/kernel/general.hpp>

namespace weft {
void linear_recurrence_op::run(const ir::general_call& call) {
  with_type(call.out.type, [&]<class T>(T) {
    const int p = call.out.ax.find(call.x.at.axis);
    const bool reverse = call.x.at.start & ir::reversed;
    const ir::sheet_steps a(call.in[0], call.out, p, reverse), b(call.in[1], call.out, p, reverse),
        y(call.out, call.out, p, reverse);
    const long behind = call.x.at.start & ir::late ? 1 : 0;
    ir::each_sheet(call.out, p, [&](const long* at, long length, long width) {
      const T *factor = ir::elements<T>(call.in[0]) + a(at), *pushed = ir::elements<T>(call.in[1]) + b(at);
      T* to = ir::elements<T>(call.out) + y(at);
      for (long j = 0; j < width; j++) to[j * y.side] = pushed[j * b.side];
      for (long i = 1; i < length; i++)
        for (long j = 0; j < width; j++)
          to[i * y.step + j * y.side] =
              static_cast<T>(factor[(i - behind) * a.step + j * a.side] * to[(i - 1) * y.step + j * y.side] +
                             pushed[i * b.step + j * b.side]);
    });
  });
}
} // namespace weft
