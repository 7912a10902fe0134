// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/compare.hpp>
#include <weft/ops/to_integer.hpp>
#include <weft/ops/where.hpp>

namespace weft {

/// 1 where a place on `axis` is the id (an integer), else 0; an id outside the axis gives zeros.  It is not stored
/// where it is summed or multiplied elementwise; for rows of a table `embedding` is cheaper.
constexpr expr one_hot(const at& ids, axis_ref axis) {
  const ir::scope s("one_hot", ids);
  if (ids.e.attached() && ids.e.kind() == real)
    return ir::complain(ids.e, "one_hot",
                        {{}, "the numbers of the places must be integers", nullptr, nullptr, ir::integers_of_reals},
                        ids.where);
  return where(ids == index(axis), 1.0, 0.0);
}
} // namespace weft
