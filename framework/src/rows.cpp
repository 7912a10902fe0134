// SPDX-License-Identifier: BSL-1.0
#include "rows.hpp"

#include <weft/run/error.hpp>
#include <weft/run/layout.hpp>

namespace weft {

void for_each_row(std::string_view who, const tensor_ref& a, const tensor_ref& any_order,
                  function_ref<void(long, long, long, long, long)> row) {
  if (a.unset() || any_order.unset()) throw error(who, ": a tensor is unset; assign one with a shape first");
  if (!a.ax.matches(any_order.ax))
    throw error(who, ": the axes differ: ", shape_text(a), " and ", shape_text(any_order));
  const tensor_ref b = layout::permute(any_order, a.ax);
  for (int i = 0; i < a.ax.n; i++)
    if (a.extent[i] != b.extent[i])
      throw error(who, ": the extents of ", a.ax[i]->name, " differ: ", shape_text(a), " and ", shape_text(any_order));
  if (a.size() == 0) return;

  struct level {
    long n, stride_a, stride_b;
  };
  level levels[max_rank + 1];
  int depth = 0;
  for (int i = 0; i < a.ax.n; i++) {
    const level next{a.extent[i], a.stride[i], b.stride[i]};
    if (next.n == 1) continue;
    level* last = depth ? &levels[depth - 1] : nullptr;
    if (last && last->stride_a == next.n * next.stride_a && last->stride_b == next.n * next.stride_b)
      *last = {last->n * next.n, next.stride_a, next.stride_b};
    else levels[depth++] = next;
  }
  if (depth == 0) levels[depth++] = {1, 1, 1};

  const level inner = levels[depth - 1];
  long index[max_rank + 1]{};
  long offset_a = 0, offset_b = 0;
  for (;;) {
    row(offset_a, offset_b, inner.n, inner.stride_a, inner.stride_b);
    int i = depth - 2;
    for (; i >= 0; i--) {
      offset_a += levels[i].stride_a;
      offset_b += levels[i].stride_b;
      if (++index[i] < levels[i].n) break;
      offset_a -= levels[i].n * levels[i].stride_a;
      offset_b -= levels[i].n * levels[i].stride_b;
      index[i] = 0;
    }
    if (i < 0) return;
  }
}
} // namespace weft
