// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/leaves.hpp>
#include <weft/run/pool.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

/// Structures of dense tensors cut into pieces of bounded size: what is done to all elements is shared out by piece, so
/// no result depends on the number of threads.
namespace weft::ir {

inline constexpr long piece_length = 16384;

/// The same elements of up to four structures that have one shape (parameters, gradients, an optimizer's state).
template <class T> struct piece {
  T* at[4]{};
  long n = 0;
  int rank = 0; ///< of the tensor that it is cut from
};

/// Throws unless a tensor that is walked along with a parameter lies in memory just as the parameter does.
void check_alike(const tensor_ref& parameter, const tensor_ref& other, int position);

/// Cuts structures of one shape; what is in `pieces` is replaced, and memory is kept.
template <class T, class X, class... Y> void cut(std::vector<piece<T>>& pieces, X& x, Y&... y) {
  pieces.clear();
  each_leaf(
      [&](auto& t, auto&... more) {
        int position = 0;
        check_alike(t.ref(), t.ref(), position);
        (check_alike(t.ref(), more.ref(), ++position), ...);
        T* const base[]{const_cast<T*>(t.data()), const_cast<T*>(more.data())...};
        for (long from = 0; from < t.size(); from += piece_length) {
          piece<T> p{.n = std::min(piece_length, t.size() - from), .rank = t.ref().rank()};
          for (std::size_t i = 0; i < std::size(base); i++) p.at[i] = base[i] + from;
          pieces.push_back(p);
        }
      },
      x, y...);
}
} // namespace weft::ir
