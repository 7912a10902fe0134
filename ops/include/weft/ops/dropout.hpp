// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/compare.hpp>
#include <weft/ops/random_bits.hpp>
#include <weft/ops/where.hpp>

namespace weft {

/// x / (1 - rate) where a random number is at least `rate`, else 0 (Srivastava et al. 2014, inverted): the mean stays.
/// A rate outside [0, 1] is an error. One number for each place of x, a function of the seed (an integer) alone, so
/// backward sees the same ones.
constexpr expr dropout(const at& x, double rate, const at& seed) {
  if (!x.e.attached()) return ir::untraced(nullptr, "dropout needs a traced value: combine its operand with one first");
  const ir::scope s("dropout", x);
  if (!(rate >= 0 && rate <= 1))
    return ir::complain(x.e, "dropout", {{}, "the rate must lie between 0 and 1"}, x.where);
  const expr kept = uniform(seed, x.e.ax()) >= rate;
  return where(kept, x * (rate < 1 ? 1 / (1 - rate) : 0.0), 0.0);
}
} // namespace weft
