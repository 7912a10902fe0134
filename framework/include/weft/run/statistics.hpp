// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/tensor_ref.hpp>

#include <cmath>
#include <limits>

namespace weft {

/// What numbers are like: `count` of them; least, greatest, mean and standard deviation (of the population) are those
/// of the finite ones.
struct statistics {
  long count = 0, nans = 0, infinities = 0;
  double min = std::numeric_limits<double>::infinity(), max = -min, mean = 0;
  double squares = 0; ///< of the distances from the mean: B. P. Welford, Technometrics 4 (1962)

  void add(double x) {
    count++;
    if (std::isnan(x)) return void(nans++);
    if (std::isinf(x)) return void(infinities++);
    min = x < min ? x : min, max = x > max ? x : max;
    const double distance = x - mean;
    mean += distance / static_cast<double>(finite());
    squares += distance * (x - mean);
  }
  long finite() const { return count - nans - infinities; }
  double deviation() const { return std::sqrt(squares / static_cast<double>(finite())); }
};
/// Of a tensor's elements; booleans are 0 and 1.
statistics statistics_of(const tensor_ref& t);
template <tensor_like X> statistics statistics_of(const X& x) { return statistics_of(x.ref()); }
} // namespace weft
