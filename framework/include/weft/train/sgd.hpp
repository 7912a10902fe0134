// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/train/cut.hpp>
#include <weft/train/update.hpp>

namespace weft {

/// Stochastic gradient descent with momentum (B. T. Polyak, "Some methods of speeding up the convergence of iteration
/// methods", 1964), or with Nesterov's, as I. Sutskever et al., "On the importance of initialization and momentum in
/// deep learning", 2013, write it, at the point looked ahead to:
///   v = momentum v + g,   w = w - rate v   or   w = w - rate (g + momentum v).
/// Decay is decoupled, w = w - rate decay w, as algorithm 1 of Loshchilov and Hutter (see adamw) has it.
template <class Parameters> class sgd {
  using T = ir::precision_of<Parameters>;
  Parameters velocity_;
  std::vector<ir::strip<T>> strips_;

public:
  sgd_options options;

  explicit sgd(const Parameters& parameters, const sgd_options& o = {}) : velocity_(parameters), options(o) {
    each_leaf([](auto& v) { std::fill(v.begin(), v.end(), T(0)); }, velocity_);
  }
  void step(Parameters& parameters, const Parameters& gradients) {
    ir::cut(strips_, "sgd", {"parameter", "gradient", "velocity"}, parameters, gradients, velocity_);
    ir::sgd_step(strips_, options);
  }
  const Parameters& velocity() const { return velocity_; }
};
} // namespace weft
