// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/train/cut.hpp>
#include <weft/train/update.hpp>

namespace weft {

/// Adam with decoupled weight decay: I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", 2019, algorithm
/// 2, over D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1:
///   m = b1 m + (1 - b1) g,   v = b2 v + (1 - b2) g^2,
///   w = w - rate (m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon) + decay w),
/// t counting from 1; without a gradient so far, m = 0, only decay acts, also where epsilon is 0. (The schedule
/// multiplies both terms, so a rate of zero leaves the parameters as they are.)
template <class Parameters> class adamw {
  using T = ir::precision_of<Parameters>;
  Parameters mean_, square_;
  std::vector<ir::strip<T>> strips_;
  long steps_ = 0;

public:
  adamw_options options;

  explicit adamw(const Parameters& parameters, const adamw_options& o = {}) : mean_(parameters), options(o) {
    each_leaf([](auto& m) { std::fill(m.begin(), m.end(), T(0)); }, mean_);
    square_ = mean_;
  }
  void step(Parameters& parameters, const Parameters& gradients) {
    ir::cut(strips_, "adamw", {"parameter", "gradient", "mean", "square"}, parameters, gradients, mean_, square_);
    ir::adamw_step(strips_, options, steps_ + 1); // which may refuse the options
    steps_++;
  }
  long steps() const { return steps_; }
  const Parameters& mean() const { return mean_; }     ///< m
  const Parameters& square() const { return square_; } ///< v
};
} // namespace weft
