// SPDX-License-Identifier: BSL-1.0
#include <weft/ops/all.hpp>

#include <weft/kernel/general.hpp>
#include <weft/run/copy.hpp>
#include <weft/run/layout.hpp>

namespace weft {
void roll_op::run(const ir::general_call& call) {
  const axis_ref axis = call.x.at.axis;
  const tensor_ref &from = call.in[0], &to = call.out;
  const long n = to.extent_of(axis);
  if (n == 0) return;
  const long by = (call.x.at.start % n + n) % n;
  copy_to(layout::slice(from, axis, 0, n - by), layout::slice(to, axis, by, n));
  copy_to(layout::slice(from, axis, n - by, n), layout::slice(to, axis, 0, by));
}
} // namespace weft
