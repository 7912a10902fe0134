// SPDX-License-Identifier: BSL-1.0
#include <weft/ops/all.hpp>

#include <weft/kernel/general.hpp>
#include <weft/run/error.hpp>

#include <algorithm>

namespace weft {
namespace {
using namespace ir;
/// Throws, naming op and axis: an id is not a place on the axis.
[[noreturn]] void refuse_id(const char* who, long id, axis_ref axis, long extent) {
  throw error(std::string(who) + ": id " + std::to_string(id) + " is not on axis " + std::string(axis->name) +
              ", which has " + std::to_string(extent) + " places from 0");
}
/// Calls f(table offset, values offset, n, their steps, place) for each row of the last axis; the k-th value of a row
/// joins the table at k steps and place(k).
template <class F> void each_row(const char* who, const tensor_ref& table, const tensor_ref& ids,
                                 const tensor_ref& values, axis_ref axis, F f) {
  const strides_along v(values, values.ax), i(ids, values.ax);
  strides_along t(table, values.ax);
  if (const int p = values.ax.find(axis); p >= 0) t.stride[p] = 0; // there the ids say where
  const long extent = table.extent_of(axis), stride = table.stride_of(axis);
  with_type(ids.type, [&](auto zero) {
    using I = decltype(zero);
    const int last = values.ax.n - 1;
    const long n = last < 0 ? 1 : values.extent[last], step = last < 0 ? 0 : i.stride[last];
    const long ts = last < 0 ? 0 : t.stride[last], vs = last < 0 ? 0 : v.stride[last];
    if (n == 0) return;
    each_index(values.extent, std::max(last, 0), [&](const long* at) {
      long coordinates[max_rank]{};
      std::copy_n(at, std::max(last, 0), coordinates);
      const I* id = elements<I>(ids) + i(coordinates);
      const auto place = [&](long k) {
        const long x = static_cast<long>(id[k * step]);
        if (x < 0 || x >= extent) refuse_id(who, x, axis, extent);
        return x * stride;
      };
      if (step) f(t(coordinates), v(coordinates), n, ts, vs, place);
      else f(t(coordinates) + place(0), v(coordinates), n, ts, vs, [](long) { return 0l; });
    });
  });
}
} // namespace

void gather_op::run(const ir::general_call& call) {
  with_type(call.out.type, [&](auto zero) {
    using T = decltype(zero);
    each_row("gather", call.in[0], call.in[1], call.out, call.x.at.axis,
             [&](long t, long v, long n, long ts, long vs, auto place) {
               const T* from = ir::elements<T>(call.in[0]) + t;
               T* to = ir::elements<T>(call.out) + v;
               for (long k = 0; k < n; k++) to[k * vs] = from[k * ts + place(k)];
             });
  });
}
void scatter_add_op::run(const ir::general_call& call) {
  with_type(call.out.type, [&](auto zero) {
    using T = decltype(zero);
    T* out = ir::elements<T>(call.out);
    const ir::strides_along to(call.out, call.out.ax);
    ir::each_index(call.out.extent, call.out.ax.n, [&](const long* at) { out[to(at)] = T{}; });
    each_row("scatter_add", call.out, call.in[1], call.in[0], call.x.at.axis,
             [&](long t, long v, long n, long ts, long vs, auto place) {
               const T* from = ir::elements<T>(call.in[0]) + v;
               for (long k = 0; k < n; k++) {
                 T& x = out[t + k * ts + place(k)];
                 x = static_cast<T>(x + from[k * vs]);
               }
             });
  });
}
} // namespace weft
