// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/train/strips.hpp>

/// The arithmetic of training over strips of parameters, compiled once in the library for float and double.
namespace weft {

/// Rates, momentum, decay and epsilon are finite and not negative.
struct sgd_options {
  double rate = 0.1;
  double momentum = 0;
  bool nesterov = false;
  double decay = 0;        ///< of parameters of `decay_from_rank` and more axes
  int decay_from_rank = 2; ///< so biases and gains are left alone
};
struct adamw_options {
  double rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.999; ///< from 0 on, below 1
  double epsilon = 1e-8;
  double decay = 0.01;     ///< of parameters of `decay_from_rank` and more axes
  int decay_from_rank = 2; ///< so biases and gains are left alone
};

namespace ir {
/// Throws unless value is finite and in [0, most).
void check_option(const char* who, const char* name, double value, double most);
template <class T> double norm(const std::vector<strip<T>>& strips);
template <class T> void scale(const std::vector<strip<T>>& strips, double factor);
/// Of parameters, gradients, velocities. Throws on options that are out of range.
template <class T> void sgd_step(const std::vector<strip<T>>& strips, const sgd_options& o);
/// Of parameters, gradients, means, mean squares; `step` counts from 1. Throws on options that are out of range.
template <class T> void adamw_step(const std::vector<strip<T>>& strips, const adamw_options& o, long step);
} // namespace ir
} // namespace weft
