// SPDX-License-Identifier: BSL-1.0
#include <weft/ops/all.hpp>

#include <weft/kernel/general.hpp>

#include <cmath>

namespace weft {
namespace {
/// The logarithm of a growing sum of exponentials: exp(largest) * scaled.
template <class T> struct growing_sum {
  T largest = -std::numeric_limits<T>::infinity(), scaled = 0;
  void add(T x) {
    if (x == largest && std::isinf(x)) return; // -infinity adds nothing, a second +infinity no more
    if (x > largest || x != x) scaled = scaled * math::exp(largest - x) + 1, largest = x;
    else scaled += math::exp(x - largest);
  }
  T log() const { return std::isinf(largest) ? largest : largest + math::log(scaled); }
};
} // namespace

void logcumsumexp_op::run(const ir::general_call& call) {
  with_type(call.out.type, [&]<class T>(T) {
    if constexpr (std::is_floating_point_v<T>) {
      const int p = call.out.ax.find(call.x.at.axis);
      const bool reverse = call.x.at.start & ir::reversed;
      const ir::sheet_steps x(call.in[0], call.out, p, reverse), y(call.out, call.out, p, reverse);
      ir::each_sheet(call.out, p, [&](const long* at, long length, long width) {
        for (long j = 0; j < width; j++) {
          const T* from = ir::elements<T>(call.in[0]) + x(at) + j * x.side;
          T* to = ir::elements<T>(call.out) + y(at) + j * y.side;
          growing_sum<T> sum;
          for (long i = 0; i < length; i++) sum.add(from[i * x.step]), to[i * y.step] = sum.log();
        }
      });
    }
  });
}
} // namespace weft
