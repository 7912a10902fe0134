// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/compare.hpp>
#include <weft/ops/mean.hpp>
#include <weft/ops/sqrt.hpp>
#include <weft/ops/where.hpp>

namespace weft {

/// sqrt(sum x^2) over one or more axes, the Euclidean norm.  Of zeros, or of nothing, 0 with derivative 0: where the
/// norm has no derivative, the one of least size.  Squares may overflow, from 1.8e19 on in float32.
constexpr expr norm(const at& x, const axes& over) {
  const ir::scope s("norm", x);
  const at r(ir::as_real(x), x.where);
  const expr squares = sum(r * r, over), zero = squares == 0;
  return where(zero, 0.0, sqrt(where(zero, 1.0, squares)));
}
} // namespace weft
