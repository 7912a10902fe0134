// SPDX-License-Identifier: BSL-1.0
#include <weft/ops/all.hpp>

#include <weft/kernel/general.hpp>
#include <weft/run/error.hpp>

#include <algorithm>

namespace weft {
namespace {
using namespace ir;
/// The sum of n values next to each other, as packets.
template <class T> T sum_of(const T* from, long n) {
  T sum{};
  long i = 0;
  if constexpr (std::is_floating_point_v<T>) {
    packet<T> sums{};
    for (; i + lanes<T> <= n; i += lanes<T>) sums += load(from + i);
    sum = horizontal_sum(sums);
  }
  for (; i < n; i++) sum += from[i];
  return sum;
}
/// Whether ids rise by `step` from one to the next.
template <class I> bool is_progression(const I* id, long n, int step) {
  using U = std::make_unsigned_t<I>;
  U wrong = 0;
  for (long k = 0; k < n; k++)
    wrong |= static_cast<U>(static_cast<U>(id[k]) - static_cast<U>(id[0]) - static_cast<U>(k) * static_cast<U>(step));
  return wrong == 0;
}
/// Calls f(first, n, step) for parts of a row of ids in which they rise by 1, 0 or -1 from one to the next, as a bias
/// t[i - j] or one for each distance's bucket makes them. Other ids come one by one.
template <class I, class F> void each_progression(const I* id, long first, long n, F f) {
  constexpr long few = 8;
  const I* from = id + first;
  const bool small_step = n > 1 && from[1] <= from[0] + 1 && from[1] >= from[0] - 1;
  if (const int step = small_step ? static_cast<int>(from[1] - from[0]) : 0;
      n == 1 || (small_step && is_progression(from, n, step)))
    return f(first, n, step);
  if (n <= few) {
    for (long k = first; k < first + n; k++) f(k, 1, 0);
    return;
  }
  const long half = (n / 2 + few - 1) / few * few;
  each_progression(id, first, half, f);
  each_progression(id, first + half, n - half, f);
}
/// Calls f(table offset, values offset, n, their steps) until each value has met its place of the table.
template <class F> void each_row(const char* who, const tensor_ref& table, const tensor_ref& ids,
                                 const tensor_ref& values, axis_ref axis, F f) {
  const strides_along v(values, values.ax), i(ids, values.ax);
  strides_along t(table, values.ax);
  if (const int p = values.ax.find(axis); p >= 0) t.stride[p] = 0; // there the ids say where
  const long extent = table.extent_of(axis), stride = table.stride_of(axis);
  with_type(ids.type, [&](auto zero) {
    using I = decltype(zero);
    if constexpr (std::is_same_v<I, std::int32_t> || std::is_same_v<I, std::int64_t>) {
      const int last = values.ax.n - 1;
      const long n = last < 0 ? 1 : values.extent[last], step = last < 0 ? 0 : i.stride[last];
      const long ts = last < 0 ? 0 : t.stride[last], vs = last < 0 ? 0 : v.stride[last];
      if (n == 0) return;
      each_index(values.extent, std::max(last, 0), [&](const long* at) {
        long coordinates[max_rank]{};
        std::copy_n(at, std::max(last, 0), coordinates);
        const I* id = elements<I>(ids) + i(coordinates);
        const long from = t(coordinates), to = v(coordinates);
        const auto place = [&](long k) {
          const long x = static_cast<long>(id[k * step]);
          if (x < 0 || x >= extent) refuse_id(who, x, axis, extent);
          return x * stride;
        };
        if (step == 0) f(from + place(0), to, n, ts, vs);
        else if (step == 1)
          each_progression(id, 0, n, [&](long k, long some, int rise) {
            place(k + some - 1);
            f(from + k * ts + place(k), to + k * vs, some, ts + rise * stride, vs);
          });
        else
          for (long k = 0; k < n; k++) f(from + k * ts + place(k), to + k * vs, 1, 0, 0);
      });
    }
  });
}
} // namespace

void gather_op::run(const ir::general_call& call) {
  const auto run = [&]<class T, class Table>(T, Table) {
    const Table* table = ir::elements<Table>(call.in[0]);
    T* out = ir::elements<T>(call.out);
    each_row("gather", call.in[0], call.in[1], call.out, call.x.at.axis, [&](long t, long v, long n, long ts, long vs) {
      const Table* from = table + t;
      T* to = out + v;
      if constexpr (!std::is_same_v<T, Table>)
        for (long k = 0; k < n; k++) to[k * vs] = ir::narrowed<T>(from[k * ts]);
      else if (n == 1) *to = *from;
      else if (vs == 1 && ts == 1) std::copy_n(from, n, to);
      else if (vs == 1 && ts == 0) std::fill_n(to, n, *from);
      else if (vs == 1 && ts == -1) std::reverse_copy(from - (n - 1), from + 1, to);
      else
        for (long k = 0; k < n; k++) to[k * vs] = from[k * ts];
    });
  };
  with_type(call.out.type, [&]<class T>(T one) {
    if (call.in[0].type == call.out.type) return run(one, one);
    if constexpr (std::is_same_v<T, std::int32_t>) run(one, std::int64_t{}); // in a walk, an argument of the call
    if constexpr (std::is_same_v<T, std::int64_t>) run(one, std::int32_t{});
  });
}
void scatter_add_op::run(const ir::general_call& call) {
  with_type(call.out.type, [&](auto zero) {
    using T = decltype(zero);
    T* out = ir::elements<T>(call.out);
    const ir::strides_along to(call.out, call.out.ax);
    if (!call.adds) ir::each_place(call.out.extent, call.out.ax.n, [&](long o) { out[o] = T{}; }, to);
    const T* values = ir::elements<T>(call.in[0]);
    each_row("scatter_add", call.out, call.in[1], call.in[0], call.x.at.axis,
             [&](long t, long v, long n, long ts, long vs) {
               const T* from = values + v;
               T* x = out + t;
               if (n == 1) *x = static_cast<T>(*x + *from);
               else if (vs == 1 && ts == 1)
                 for (long k = 0; k < n; k++) x[k] = static_cast<T>(x[k] + from[k]);
               else if (vs == 1 && ts == -1)
                 for (long k = 0; k < n; k++) x[-k] = static_cast<T>(x[-k] + from[k]);
               else if (vs == 1 && ts == 0) *x = static_cast<T>(*x + sum_of(from, n));
               else
                 for (long k = 0; k < n; k++) x[k * ts] = static_cast<T>(x[k * ts] + from[k * vs]);
             });
  });
}
} // namespace weft
