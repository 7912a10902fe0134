// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/structural.hpp>
#include <weft/run/leaves.hpp>
#include <weft/train/strips.hpp>

#include <algorithm>

namespace weft::ir {

/// Cuts structures of one shape; what is in `strips` is replaced, and memory is kept.
template <class T, class X, class... Y> void cut(std::vector<strip<T>>& strips, X& x, Y&... y) {
  strips.clear();
  each_leaf(
      [&](auto& t, auto&... more) {
        int position = 0;
        check_alike(t.ref(), t.ref(), position);
        (check_alike(t.ref(), more.ref(), ++position), ...);
        T* const base[]{const_cast<T*>(t.data()), const_cast<T*>(more.data())...};
        for (long from = 0; from < t.size(); from += strip_length) {
          strip<T> p{.n = std::min(strip_length, t.size() - from), .rank = t.ref().rank()};
          for (std::size_t i = 0; i < std::size(base); i++) p.at[i] = base[i] + from;
          strips.push_back(p);
        }
      },
      x, y...);
}
} // namespace weft::ir
