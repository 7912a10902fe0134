// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/expr.hpp>
#include <weft/run/tensor.hpp>
#include <weft/trace/walk.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

/// Two structures of tensors, leaf by leaf.
namespace support {
using namespace weft;

/// The largest difference over the largest magnitude of b; infinite where it is no number.
template <class X> double difference(const X& a, const X& b) {
  double worst = 0, size = 1e-300;
  each_leaf(
      [&](const auto& x, const auto& y) {
        if (x.size() != y.size()) worst = infinity;
        for (long i = 0; i < std::min(x.size(), y.size()); i++) {
          const double far = std::abs(double(x[i]) - double(y[i]));
          worst = far >= 0 ? std::max(worst, far) : infinity, size = std::max(size, std::abs(double(y[i])));
        }
      },
      a, b);
  return worst / size;
}
template <class X> bool same_bits(const X& a, const X& b) {
  bool all = true;
  each_leaf(
      [&](const auto& x, const auto& y) {
        all = all && x.size() == y.size() && !std::memcmp(x.data(), y.data(), std::size_t(x.size()) * sizeof(x[0]));
      },
      a, b);
  return all;
}
} // namespace support
