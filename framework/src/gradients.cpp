// SPDX-License-Identifier: BSL-1.0
#include "over_strips.hpp"

#include <weft/train/update.hpp>

namespace weft::ir {

// Eight running sums a strip, so that the additions don't wait for each other; then the strips in order.
template <class T> double sum_of_squares(const std::vector<strip<T>>& strips) {
  std::vector<double> sums(strips.size());
  each_strip(strips, [&](long number, const strip<T>& p) {
    double sum[8]{};
    for (long i = 0; i + 8 <= p.n; i += 8)
      for (int k = 0; k < 8; k++) sum[k] += static_cast<double>(p.at[0][i + k]) * static_cast<double>(p.at[0][i + k]);
    for (long i = p.n / 8 * 8; i < p.n; i++)
      sum[i % 8] += static_cast<double>(p.at[0][i]) * static_cast<double>(p.at[0][i]);
    sums[static_cast<std::size_t>(number)] =
        ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
  });
  double total = 0;
  for (double s : sums) total += s;
  return total;
}
template <class T> void scale(const std::vector<strip<T>>& strips, double factor) {
  const T f = static_cast<T>(factor);
  each_strip(strips, [=](long, const strip<T>& p) {
    each_element<T>(p.n, [&](long i, auto v) { put(p.at[0] + i, get<decltype(v)>(p.at[0] + i) * f); });
  });
}
template double sum_of_squares<float>(const std::vector<strip<float>>&);
template double sum_of_squares<double>(const std::vector<strip<double>>&);
template void scale<float>(const std::vector<strip<float>>&, double);
template void scale<double>(const std::vector<strip<double>>&, double);
} // namespace weft::ir
