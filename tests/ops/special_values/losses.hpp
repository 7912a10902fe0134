// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <ops/special_values/special.hpp>

/// Of losses.
namespace support::special_values {
inline std::vector<special> losses() {
  return {
      {nullptr,
       "binary_cross_entropy of what is no probability",
       [](v a) { return binary_cross_entropy(a[0], a[1], loss_reduction::none); },
       {reals({-.5, 1.5, -.5, 1.5}), reals({0, 1, 1, 0})},
       {undefined, undefined, undefined, undefined}},
      {nullptr,
       "binary_cross_entropy: no logarithm is below -100",
       [](v a) { return binary_cross_entropy(a[0], a[1], loss_reduction::none); },
       {reals({1e-50, 1e-30}), reals({1, 1})},
       {100, 30 * std::log(10.)},
       {{0, -1e30}, {100, 30 * std::log(10.)}}},
      {nullptr,
       "binary_cross_entropy at 0 and 1",
       [](v a) { return binary_cross_entropy(a[0], a[1], loss_reduction::none); },
       {reals({0, 1, 0, 1, .5}), reals({0, 1, 1, 0, 1})},
       {0, 0, 100, 100, ln2},
       {{1, -1, 0, 0, -2}, {100, -100, 100, -100, 0}}},
      {nullptr,
       "binary_cross_entropy_with_logits is as large as the logits",
       [](v a) { return binary_cross_entropy_with_logits(a[0], a[1], loss_reduction::none); },
       {reals({1000, -1000, 1000, -1000, 0}), reals({1, 0, 0, 1, .5})},
       {0, 0, 1000, 1000, ln2},
       {{0, 0, 1, -1, 0}, {-1000, 1000, -1000, 1000, 0}}},
      {nullptr,
       "cross_entropy: ignored targets count nothing, whatever their logits",
       [](v a) { return cross_entropy(a[0], a[1], x, {.ignore = -7}); },
       {matrix({x, i}, {2, 3}, {0, inf, 0, 0, undefined, 0}), value(tensor<std::int64_t>::from({0, -7, -7}, i))},
       {ln2},
       {{-.5, 0, 0, .5, 0, 0}}},
  };
}
} // namespace support::special_values
