// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/div.hpp>
#include <weft/ops/mul.hpp>
#include <weft/ops/sub.hpp>
#include <weft/ops/sum.hpp>

namespace weft {

namespace ir {
// x as reals, of which sums and squares may be larger than an integer.
constexpr expr as_real(const at& x) { return x.e.attached() && x.e.kind() == real ? x.e : 1.0 * x; }
/// The number of x's elements along axes of these names, a real: there may be more than integers count to.
constexpr expr elements_along(const at& x, const axes& over) {
  expr n = 1.0;
  if (x.e.attached()) n = attach(*x.e.g, n, x.where); // what is unattached has no room for many axes
  const axes own = x.e.ax();
  for (axis_ref a : over) n = n * at(extent(own.has(a) ? own[own.find(a)] : a));
  return n;
}
} // namespace ir
/// sum(x) / extent, over one or more axes.
constexpr expr mean(const at& x, const axes& over) {
  const ir::scope s("mean", x);
  const expr total = sum(at(ir::as_real(x), x.where), over);
  return total / at(ir::elements_along(x, over), x.where);
}
/// The biased variance, mean((x - mean(x))^2): divided by the extent, not the extent less one.
constexpr expr var(const at& x, const axes& over) {
  const ir::scope s("var", x);
  const expr c = x - at(mean(x, over), x.where);
  return mean(c * at(c), over);
}
} // namespace weft
