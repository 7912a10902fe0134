// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/structural.hpp>
#include <weft/run/leaves.hpp>
#include <weft/train/strips.hpp>

#include <algorithm>
#include <array>

namespace weft::ir {

/// Cuts structures of one shape; what is in `strips` is replaced, and memory is kept. Errors say who cuts, and call a
/// tensor of each structure by its name.
template <class T, class X, class... Y>
void cut(std::vector<strip<T>>& strips, const char* who, const std::array<const char*, 1 + sizeof...(Y)>& names, X& x,
         Y&... y) {
  strips.clear();
  each_leaf(
      [&](auto& t, auto&... more) {
        std::size_t other = 0;
        check_alike(who, names[0], t.ref(), names[0], t.ref());
        (check_alike(who, names[0], t.ref(), names[++other], more.ref()), ...);
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
