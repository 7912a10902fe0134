// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/log.hpp>
#include <weft/ops/random_bits.hpp>
#include <weft/ops/sin.hpp>
#include <weft/ops/sqrt.hpp>

namespace weft {

/// Normal with mean 0 and standard deviation 1 for every place of the given axes, a function of the seed and the place
/// alone: sqrt(-2 log(1 - u)) cos(2 pi v) (Box and Muller 1958) with u, v uniform from the counters 2 i and 2 i + 1 of
/// place i.  u has 24 bits, so no number is beyond 5.77.  The seed is an integer; no derivative.
constexpr expr normal(const at& seed, const axes& over) {
  const ir::scope s("normal", seed);
  const expr twice = 2 * at(ir::row_major(seed, over));
  const auto uniform_at = [&](const expr& counter) {
    return ir::unary<unit_interval_op>(at(random_bits(seed, counter), seed.where));
  };
  const expr u = uniform_at(twice), v = uniform_at(twice + 1);
  const expr radius = sqrt(-2 * at(log(1 - at(u)))), turn = cos(6.283185307179586 * at(v));
  return radius * turn;
}
} // namespace weft
