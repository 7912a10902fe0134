// SPDX-License-Identifier: BSL-1.0
#include "support/theory.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace {
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

/// Weights exp(s) / (n E exp(s)): the sum of p^2 is exp(sigma^2) / n, that of p^3 exp(3 sigma^2) / n^2, and with them
/// |J|^2 = sum p^2 - 2 sum p^3 + (sum p^2)^2, which is also the mean square of J dp.
theory many(double sigma, double strength, double n) {
  const double growth = std::exp(sigma * sigma), squares = growth / n, cubes = growth * growth * growth / (n * n);
  const double jacobian = std::sqrt(squares - 2 * cubes + squares * squares);
  return {std::log(n) - sigma * sigma / 2, nothing, jacobian, nothing, strength * jacobian};
}

/// The gap between the largest and the second largest of n standard normal numbers, in steps: the probability that it
/// lies in each. P(gap > t) = n * integral of f(x) F(x - t)^(n - 1).
struct gap_distribution {
  static constexpr double step = 0.01;
  std::vector<double> probability;

  explicit gap_distribution(long n) {
    double before = 1;
    for (double t = step; t < 6; t += step) {
      double above = 0;
      for (double x = -4; x < 8; x += 0.01)
        above +=
            std::exp(-x * x / 2) * std::pow(0.5 * std::erfc((t - x) / std::numbers::sqrt2), static_cast<double>(n - 1));
      above *= 0.01 * static_cast<double>(n) / std::sqrt(2 * std::numbers::pi);
      probability.push_back(before - above);
      before = above;
    }
  }
  /// The mean of f(gap).
  double mean(auto f) const {
    double sum = 0;
    for (std::size_t i = 0; i < probability.size(); i++)
      sum += probability[i] * f((static_cast<double>(i) + 0.5) * step);
    return sum;
  }
};

/// Two weights p and 1 - p, log(p / (1 - p)) = sigma * gap. J = p (1 - p) (1, -1; -1, 1), and the gradient's norm is
/// p (1 - p) |dp_1 - dp_2| |k_1 - k_2|, the last factor sqrt(2 d) and the one before it |N(0, 2)|.
theory two(double sigma, double strength, long n) {
  const gap_distribution gaps(n);
  const auto p = [=](double gap) { return 1 / (1 + std::exp(-sigma * gap)); };
  const auto both = [=](double gap) { return p(gap) / (1 + std::exp(sigma * gap)); }; // p (1 - p)
  const auto entropy = [=](double gap) {
    return std::log1p(std::exp(-sigma * gap)) + sigma * gap / (1 + std::exp(sigma * gap));
  };
  const auto below = [&](double norm) {
    return gaps.mean([&](double gap) { return std::erf(norm / (2 * both(gap))); });
  };
  double low = 1e-30, high = 1; // the median of p (1 - p) |N(0, 2)|, by halving on a logarithmic scale
  for (int i = 0; i < 100; i++) (below(std::sqrt(low * high)) < 0.5 ? low : high) = std::sqrt(low * high);
  return {gaps.mean(entropy), gaps.mean(p), 2 * gaps.mean(both), strength * std::numbers::sqrt2 * low,
          strength * std::numbers::sqrt2 * 2 / std::sqrt(std::numbers::pi) * gaps.mean(both)};
}
} // namespace

theory theory_of(double sigma, double strength, long n) {
  const double count = static_cast<double>(n);
  if (sigma <= 1) return many(sigma, strength, count);
  if (sigma * sigma <= 2 * std::log(count)) return {nothing, nothing, nothing, nothing, nothing};
  return two(sigma, strength, n);
}
