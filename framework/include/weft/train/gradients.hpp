// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/train/pieces.hpp>

namespace weft {
namespace ir {
template <class T> double sum_of_squares(const std::vector<piece<T>>& pieces);
template <class T> void scale(const std::vector<piece<T>>& pieces, double factor);
} // namespace ir

/// The Euclidean norm of a structure of tensors as one vector, added up in double.
template <class Gradients> double norm(const Gradients& gradients) {
  using T = ir::precision_of<Gradients>;
  std::vector<ir::piece<T>> pieces;
  ir::cut(pieces, gradients);
  return std::sqrt(ir::sum_of_squares(pieces));
}

/// Multiplies every element.
template <class Gradients> void scale_in_place(Gradients& gradients, double factor) {
  using T = ir::precision_of<Gradients>;
  std::vector<ir::piece<T>> pieces;
  ir::cut(pieces, gradients);
  ir::scale(pieces, factor);
}

/// Scales gradients whose norm is above `largest` down to it (R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of
/// training recurrent neural networks", 2013, algorithm 1). Gives the norm that they had. NaNs are left as they are.
template <class Gradients> double clip_by_global_norm(Gradients& gradients, double largest) {
  const double n = norm(gradients);
  if (n > largest) scale_in_place(gradients, largest / n);
  return n;
}
} // namespace weft
