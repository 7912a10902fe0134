// SPDX-License-Identifier: BSL-1.0
#include <weft/ops/all.hpp>

#include <weft/kernel/general.hpp>
#include <weft/run/error.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

namespace weft {
namespace {
/// The first `count` places of a row in order; `value(i)` is the i-th. A total order, so that any algorithm is stable.
template <class Value> void order_places(std::vector<long>& places, long count, bool descending, Value value) {
  std::iota(places.begin(), places.end(), 0l);
  const auto before = [&](long i, long j) {
    const auto a = value(i), b = value(j);
    if (a == b) return i < j;
    const bool a_is_nan = a != a, b_is_nan = b != b;
    if (a_is_nan && b_is_nan) return i < j;
    return descending ? a_is_nan || a > b : b_is_nan || a < b;
  };
  const auto end = places.begin() + count;
  if (end == places.end()) std::sort(places.begin(), end, before);
  else std::partial_sort(places.begin(), end, places.end(), before);
}
} // namespace

void argsort_op::run(const ir::general_call& call) {
  const tensor_ref &x = call.in[0], &y = call.out;
  const int p = x.ax.find(call.x.at.axis); // the result's axis stands in the same place
  const long n = x.extent[p], count = y.extent[p];
  if (count > n)
    throw error("argsort: the first ", count, " places (", y.ax[p]->name, ") of axis ", x.ax[p]->name, ", which has ",
                n);
  static thread_local std::vector<long> places;
  places.resize(static_cast<std::size_t>(n));
  const ir::strides_along from(x, x.ax), to(y, y.ax);
  long rows[max_rank]{};
  for (int i = 0; i < x.ax.n; i++) rows[i] = i == p ? 1 : x.extent[i];
  with_type(x.type, [&]<class T>(T) {
    with_type(y.type, [&]<class I>(I) {
      ir::each_index(rows, x.ax.n, [&](const long* at) {
        const T* values = ir::elements<T>(x) + from(at);
        order_places(places, count, call.x.at.value != 0, [&](long i) { return values[i * x.stride[p]]; });
        I* out = ir::elements<I>(y) + to(at);
        for (long i = 0; i < count; i++) out[i * y.stride[p]] = static_cast<I>(places[static_cast<std::size_t>(i)]);
      });
    });
  });
}
} // namespace weft
