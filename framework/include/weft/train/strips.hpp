// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/tensor_ref.hpp>

#include <vector>

/// Structures of dense tensors cut into strips of bounded size: what is done to all elements is shared out by strip, so
/// no result depends on the number of threads.
namespace weft::ir {

inline constexpr long strip_length = 16384;

/// The same elements of up to four structures that have one shape (parameters, gradients, an optimizer's state).
template <class T> struct strip {
  T* at[4]{};
  long n = 0;
  int rank = 0; ///< of the tensor that it is cut from
};

/// Throws unless the tensor `other` is set and dense and lies in memory just as `first` does.
void check_alike(const char* who, const char* name_of_first, const tensor_ref& first, const char* name,
                 const tensor_ref& other);
} // namespace weft::ir
