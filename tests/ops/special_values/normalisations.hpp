// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <ops/special_values/special.hpp>

/// Of softmax and layer_norm.
namespace support::special_values {
inline std::vector<special> normalisations() {
  return {
      {nullptr,
       "softmax and log_softmax beside +inf",
       [](v a) { return softmax(a[0], x) + at(log_softmax(a[0], x)); },
       {reals({0, inf, 5})},
       {-inf, undefined, -inf}},
      {nullptr,
       "softmax of a row masked whole is 0, and so are its derivatives",
       [](v a) { return softmax(where(a[0], a[1], -infinity), x); },
       {booleans({0, 0, 0}), reals({1, 2, 3})},
       {0, 0, 0},
       {{0, 0, 0}},
       {{0, 0, 0}}},
      {nullptr,
       "the square of one, too",
       [](v a) {
         const expr s = softmax(where(a[0], a[1], -infinity), x);
         return s * at(s);
       },
       {booleans({0, 0, 0}), reals({1, undefined, inf})},
       {0, 0, 0},
       {{0, 0, 0}},
       {{0, 0, 0}}},
      {nullptr,
       "softmax of a row masked in part",
       [](v a) { return softmax(where(a[0], a[1], -infinity), x) * at(a[1]); },
       {booleans({1, 0, 1}), reals({1, 5, 0})},
       {softmax_of_one, 0, 0},
       {{softmax_of_one + softmax_of_one * (1 - softmax_of_one), 0,
         1 - softmax_of_one - softmax_of_one * (1 - softmax_of_one)}}},
      {nullptr,
       "the largest of what is not masked may be -inf",
       [](v a) { return softmax(a[0], x); },
       {reals({-inf, 7})},
       {0, 1},
       {{0, 0}},
       {{0, 0}}},
      {nullptr,
       "log_softmax of -inf",
       [](v a) { return log_softmax(a[0], x); },
       {reals({-inf, 0, 0})},
       {-inf, -std::log(2.), -std::log(2.)}},
      {nullptr,
       "softmax1 of large numbers, and of a row masked whole",
       [](v a) { return softmax1(a[0], x); },
       {matrix({across, x}, {2, 2}, {1000, 0, -inf, -inf})},
       {1, 0, 0, 0},
       {{0, 0, 0, 0}},
       {{0, 0, 0, 0}}},
      {nullptr,
       "softmax1 leaves room for nothing",
       [](v a) { return softmax1(a[0], x); },
       {reals({0, -inf})},
       {.5, 0},
       {{.25, 0}}},
      {nullptr,
       "layer_norm of equal numbers is the bias",
       [](v a) { return layer_norm(a[0], x, 2.0, 0.5); },
       {reals({3, 3, 3})},
       {.5, .5, .5},
       {{0, 0, 0}}},
  };
}
} // namespace support::special_values
