// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/train/pieces.hpp>

namespace weft {

struct sgd_options {
  double rate = 0.1;
  double momentum = 0;
  bool nesterov = false;
  double decay = 0; ///< of parameters of rank 2 and more
};

namespace ir {
template <class T> void sgd_step(const std::vector<piece<T>>& pieces, const sgd_options& o);
}

/// Stochastic gradient descent with momentum (B. T. Polyak, "Some methods of speeding up the convergence of iteration
/// methods", 1964), or with Nesterov's, as I. Sutskever et al., "On the importance of initialization and momentum in deep
/// learning", 2013, write it, at the point looked ahead to:
///   v = momentum v + g,   w = w - rate v   or   w = w - rate (g + momentum v).
/// Decay is decoupled, w = w - rate decay w, as algorithm 1 of Loshchilov and Hutter (see adamw) has it.
template <class Parameters> class sgd {
  using T = ir::precision_of<Parameters>;
  Parameters velocity_;
  std::vector<ir::piece<T>> pieces_;

public:
  sgd_options options;

  explicit sgd(const Parameters& parameters, const sgd_options& o = {}) : velocity_(parameters), options(o) {
    each_leaf([](auto& v) { std::fill(v.begin(), v.end(), T(0)); }, velocity_);
  }
  void step(Parameters& parameters, const Parameters& gradients) {
    ir::cut(pieces_, parameters, gradients, velocity_);
    ir::sgd_step(pieces_, options);
  }
  const Parameters& velocity() const { return velocity_; }
};
} // namespace weft
