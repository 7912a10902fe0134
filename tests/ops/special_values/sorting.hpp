// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <ops/special_values/special.hpp>

/// Of sorting.
namespace support::special_values {
inline std::vector<special> sorting() {
  return {
      {of<argsort_op>(),
       "ties in their order, 0 is -0, NaN last",
       [](v a) { return argsort(a[0], x); },
       {reals({undefined, 1, 0, -0.0, inf, 1, undefined, -inf})},
       {7, 2, 3, 1, 5, 4, 0, 6}},
      {of<argsort_op>(),
       "descending: ties in their order, NaN first",
       [](v a) { return argsort(a[0], x, order::descending); },
       {reals({undefined, 1, 0, -0.0, inf, 1, undefined, -inf})},
       {0, 6, 4, 1, 5, 2, 3, 7}},
      {of<argsort_op>(), "of nothing", [](v a) { return argsort(a[0], none); }, {empty_rows}, {}},
      {nullptr,
       "sort: the derivative goes back to where the values were",
       [](v a) { return sort(a[0], x).values * at(index(x)); },
       {matrix({across, x}, {2, 3}, {3, 1, 2, undefined, 5, -inf})},
       {0, 2, 6, undefined, 5, undefined},
       {{2, 0, 1, 2, 1, 0}},
       {{0, 0, 0, 0, 0, 0}}},
      {nullptr,
       "top_k: NaN is not lost",
       [](v a) { return top_k(a[0], x, across).values; },
       {reals({1, undefined, 2, 3, 3})},
       {undefined, 3},
       {{0, 1, 0, 1, 0}}},
      {nullptr,
       "top_k: the first of equal ones",
       [](v a) { return top_k(a[0], x, across).values; },
       {reals({1, 3, 2, 3, 3})},
       {3, 3},
       {{0, 1, 0, 1, 0}}},
      {nullptr,
       "top_k of integers, where",
       [](v a) { return top_k(a[0], x, across).indices; },
       {integers({-1, -3, 2, 16777217, 16777216})},
       {3, 4}},
  };
}
} // namespace support::special_values
