// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/error.hpp>
#include <weft/train/cut.hpp>
#include <weft/train/update.hpp>

namespace weft {
/// The Euclidean norm of a structure of tensors as one vector, added up in double.
template <class Gradients> double norm(const Gradients& gradients) {
  using T = ir::precision_of<Gradients>;
  std::vector<ir::strip<T>> strips;
  ir::cut(strips, "norm", {"tensor"}, gradients);
  return ir::norm(strips);
}

/// Multiplies every element.
template <class Gradients> void scale_in_place(Gradients& gradients, double factor) {
  using T = ir::precision_of<Gradients>;
  std::vector<ir::strip<T>> strips;
  ir::cut(strips, "scale_in_place", {"tensor"}, gradients);
  ir::scale(strips, factor);
}

/// Scales gradients whose norm is above `largest` down to it (R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of
/// training recurrent neural networks", 2013, algorithm 1). Gives the norm that they had. NaNs are left as they are;
/// where the norm is infinite, finite elements become 0 and infinite ones NaN.
template <class Gradients> double clip_by_global_norm(Gradients& gradients, double largest) {
  if (!(largest >= 0)) throw error("clip_by_global_norm: the largest norm can't be ", largest, "; give 0 or more");
  const double n = norm(gradients);
  if (n > largest) scale_in_place(gradients, largest / n);
  return n;
}
} // namespace weft
