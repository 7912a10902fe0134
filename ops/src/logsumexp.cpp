// SPDX-License-Identifier: BSL-1.0
#include <weft/ops/all.hpp>

#include <weft/kernel/general.hpp>
#include <weft/run/error.hpp>

#include <cmath>
#include <vector>

namespace weft {
void logsumexp_op::run(const ir::general_call& call) {
  with_type(call.out.type, [&]<class T>(T) {
    if constexpr (std::is_floating_point_v<T>) {
      const tensor_ref& in = call.in[0];
      const ir::strides_along x(in, in.ax), y(call.out, in.ax), all(call.out, call.out.ax);
      const T none = -std::numeric_limits<T>::infinity();
      const auto shift = [](T m) { return std::isinf(m) ? T(0) : m; };
      const auto sweep = [&](auto f) {
        const auto visit = [&](long i, long o) { f(ir::elements<T>(in)[i], ir::elements<T>(call.out)[o]); };
        ir::each_place(in.extent, in.ax.n, visit, x, y);
      };
      ir::each_place(call.out.extent, call.out.ax.n, [&](long o) { ir::elements<T>(call.out)[o] = none; }, all);
      sweep([](T value, T& m) { m = max_op::eval(m, value); });
      // the sums stand beside the maxima, in the order of the result
      std::vector<T> sums(static_cast<std::size_t>(call.out.size()), T(0));
      tensor_ref dense = call.out;
      for (long n = 1, i = dense.ax.n; i-- > 0; n *= dense.extent[i]) dense.stride[i] = n;
      const ir::strides_along place(dense, in.ax), place_all(dense, call.out.ax);
      const auto add = [&](long i, long o, long s) {
        const T m = ir::elements<T>(call.out)[o];
        sums[static_cast<std::size_t>(s)] += math::exp(ir::elements<T>(in)[i] - shift(m));
      };
      ir::each_place(in.extent, in.ax.n, add, x, y, place);
      const auto finish = [&](long o, long s) {
        T& m = ir::elements<T>(call.out)[o];
        m = shift(m) + math::log(sums[static_cast<std::size_t>(s)]);
      };
      ir::each_place(call.out.extent, call.out.ax.n, finish, all, place_all);
    }
  });
}
} // namespace weft
