// SPDX-License-Identifier: BSL-1.0
#include "over_strips.hpp"

#include <weft/train/update.hpp>

#include <cmath>
#include <limits>

namespace weft::ir {

namespace {
// Eight running sums a strip, so that the additions don't wait for each other; then the strips in order.
template <class T> double sum_of_squares(const std::vector<strip<T>>& strips, double factor) {
  std::vector<double> sums(strips.size());
  each_strip(strips, [&](long number, const strip<T>& p) {
    const auto square = [&](long i) {
      const double x = factor * static_cast<double>(p.at[0][i]);
      return x * x;
    };
    double sum[8]{};
    for (long i = 0; i + 8 <= p.n; i += 8)
      for (int k = 0; k < 8; k++) sum[k] += square(i + k);
    for (long i = p.n / 8 * 8; i < p.n; i++) sum[i % 8] += square(i);
    sums[static_cast<std::size_t>(number)] =
        ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
  });
  double total = 0;
  for (double s : sums) total += s;
  return total;
}
} // namespace

/// Elements whose squares overflow or vanish are scaled by a power of two first.
template <class T> double norm(const std::vector<strip<T>>& strips) {
  const double squares = sum_of_squares(strips, 1);
  if (std::isnan(squares) || (squares > 0x1p-900 && squares <= std::numeric_limits<double>::max()))
    return std::sqrt(squares);
  double largest = 0;
  for (const strip<T>& p : strips)
    for (long i = 0; i < p.n; i++) largest = std::max(largest, std::abs(static_cast<double>(p.at[0][i])));
  if (largest == 0 || std::isinf(largest)) return largest;
  const int exponent = std::max(std::ilogb(largest), -1000); // its opposite is finite too
  return std::ldexp(std::sqrt(sum_of_squares(strips, std::ldexp(1, -exponent))), exponent);
}
template <class T> void scale(const std::vector<strip<T>>& strips, double factor) {
  if (factor != 0 && std::abs(factor) < static_cast<double>(std::numeric_limits<T>::min())) {
    scale(strips, 0x1p-64); // as a subnormal number the factor would have few digits
    factor *= 0x1p64;
  }
  const T f = static_cast<T>(factor);
  each_strip(strips, [=](long, const strip<T>& p) {
    each_element<T>(p.n, [&](long i, auto v) { put(p.at[0] + i, get<decltype(v)>(p.at[0] + i) * f); });
  });
}
template double norm<float>(const std::vector<strip<float>>&);
template double norm<double>(const std::vector<strip<double>>&);
template void scale<float>(const std::vector<strip<float>>&, double);
template void scale<double>(const std::vector<strip<double>>&, double);
} // namespace weft::ir
