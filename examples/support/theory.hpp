// SPDX-License-Identifier: BSL-1.0
#pragma once

/// What to expect of softmax over independent normal scores and of the gradient behind it. A figure without a simple
/// answer is NaN.
struct theory {
  double entropy, largest, jacobian, median, mean;
};

/// For `n` scores of standard deviation `sigma`; a query's gradient is sum_ij k_i J_ij dp_j times `strength` / sqrt(d),
/// where the components of the keys k and the cotangents dp of the weights have variance 1. Two regimes, those of the
/// random-energy model (B. Derrida, "Random-energy model", 1981): below sigma = sqrt(2 ln n) many weights count, and
/// averages are those of lognormal numbers; above it a few share everything. Given for sigma <= 1, and above the
/// transition as if all belonged to the two largest.
theory theory_of(double sigma, double strength, long n);
