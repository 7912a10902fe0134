// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/train/pieces.hpp>

namespace weft {

struct adamw_options {
  double rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;
  double decay = 0.01;   ///< of parameters of `decay_from_rank` and more axes: biases and gains are left alone
  int decay_from_rank = 2;
};

namespace ir {
template <class T> void adamw_step(const std::vector<piece<T>>& pieces, const adamw_options& o, long step);
}

/// Adam with decoupled weight decay: I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", 2019, algorithm 2,
/// over D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1:
///   m = b1 m + (1 - b1) g,   v = b2 v + (1 - b2) g^2,
///   w = w - rate (m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon) + decay w),
/// t counting from 1. (The schedule multiplies both terms, so a rate of zero leaves the parameters as they are.)
template <class Parameters> class adamw {
  using T = ir::precision_of<Parameters>;
  Parameters mean_, square_;
  std::vector<ir::piece<T>> pieces_;
  long steps_ = 0;

public:
  adamw_options options;

  explicit adamw(const Parameters& parameters, const adamw_options& o = {}) : mean_(parameters), options(o) {
    each_leaf([](auto& m) { std::fill(m.begin(), m.end(), T(0)); }, mean_);
    square_ = mean_;
  }
  void step(Parameters& parameters, const Parameters& gradients) {
    ir::cut(pieces_, parameters, gradients, mean_, square_);
    ir::adamw_step(pieces_, options, ++steps_);
  }
  long steps() const { return steps_; }
  const Parameters& mean() const { return mean_; }     ///< m
  const Parameters& square() const { return square_; } ///< v
};
} // namespace weft
