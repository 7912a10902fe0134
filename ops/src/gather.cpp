// SPDX-License-Identifier: BSL-1.0
#include <weft/ops/all.hpp>

#include <weft/kernel/general.hpp>
#include <weft/run/error.hpp>

namespace weft {
namespace {
using namespace ir;
/// Throws, naming op and axis, if an id is not a place on the axis.
void check_id(const char* who, long id, axis_ref axis, long extent) {
  if (id < 0 || id >= extent)
    throw error(std::string(who) + ": id " + std::to_string(id) + " is not on axis " + std::string(axis->name) +
                ", which has " + std::to_string(extent) + " places from 0");
}
/// Calls f(table offset, values offset) for each pair that an id joins, rows of the last axis at a time when it can.
template <class F> void each_pair(const char* who, const tensor_ref& table, const tensor_ref& ids,
                                  const tensor_ref& values, axis_ref axis, F f) {
  const strides_along v(values, values.ax), i(ids, values.ax);
  strides_along t(table, values.ax);
  if (const int p = values.ax.find(axis); p >= 0) t.stride[p] = 0; // there the ids say where
  const long extent = table.extent_of(axis), stride = table.stride_of(axis);
  with_type(ids.type, [&](auto zero) {
    using I = decltype(zero);
    const int last = values.ax.n - 1;
    const bool rows = last >= 0 && i.stride[last] == 0;
    const long n = rows ? values.extent[last] : 1;
    each_index(values.extent, rows ? last : last + 1, [&](const long* at) {
      long coordinates[max_rank]{};
      for (int k = 0; k < (rows ? last : last + 1); k++) coordinates[k] = at[k];
      const long id = static_cast<long>(elements<I>(ids)[i(coordinates)]);
      check_id(who, id, axis, extent);
      f(t(coordinates) + id * stride, v(coordinates), n, rows ? t.stride[last] : 0, rows ? v.stride[last] : 0);
    });
  });
}
} // namespace

void gather_op::run(const ir::general_call& call) {
  with_type(call.out.type, [&](auto zero) {
    using T = decltype(zero);
    each_pair("gather", call.in[0], call.in[1], call.out, call.x.at.axis,
              [&](long t, long v, long n, long ts, long vs) {
                const T* from = ir::elements<T>(call.in[0]) + t;
                T* to = ir::elements<T>(call.out) + v;
                for (long k = 0; k < n; k++) to[k * vs] = from[k * ts];
              });
  });
}
void scatter_add_op::run(const ir::general_call& call) {
  with_type(call.out.type, [&](auto zero) {
    using T = decltype(zero);
    T* out = ir::elements<T>(call.out);
    const ir::strides_along to(call.out, call.out.ax);
    ir::each_index(call.out.extent, call.out.ax.n, [&](const long* at) { out[to(at)] = T{}; });
    each_pair("scatter_add", call.out, call.in[1], call.in[0], call.x.at.axis,
              [&](long t, long v, long n, long ts, long vs) {
                const T* from = ir::elements<T>(call.in[0]) + v;
                for (long k = 0; k < n; k++) out[t + k * ts] = static_cast<T>(out[t + k * ts] + from[k * vs]);
              });
  });
}
} // namespace weft
