// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/div.hpp>
#include <weft/ops/mul.hpp>
#include <weft/ops/sub.hpp>
#include <weft/ops/sum.hpp>

namespace weft {

namespace ir {
/// The number of elements along axes, an integer.
constexpr expr elements_along(const axes& over) {
  expr n = 1;
  for (axis_ref a : over) n = n * at(extent(a));
  return n;
}
} // namespace ir
/// sum(x) / extent, over one or more axes.
constexpr expr mean(const at& x, const axes& over) {
  const ir::scope s("mean", x);
  return sum(x, over) / at(ir::elements_along(over), x.where);
}
/// The biased variance, mean((x - mean(x))^2): divided by the extent, not the extent less one.
constexpr expr var(const at& x, const axes& over) {
  const ir::scope s("var", x);
  const expr c = x - at(mean(x, over), x.where);
  return mean(c * at(c), over);
}
} // namespace weft
