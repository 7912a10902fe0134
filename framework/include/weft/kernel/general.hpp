// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/graph.hpp>
#include <weft/run/tensor_ref.hpp>

/// What a general op's `run` is given, and the loops it is written with.
namespace weft::ir {

/// One evaluation of a node: operands and result as strided memory. Reals have the precision of the call, integers are
/// as wide, booleans take a byte.
struct general_call {
  const node& x;
  const tensor_ref* in;
  tensor_ref out;
};

/// Calls f(coordinates) for every element of the given extents, the last axis fastest.
template <class F> void each_index(const long* extent, int rank, F f) {
  long total = 1;
  for (int i = 0; i < rank; i++) total *= extent[i];
  long at[max_rank]{};
  for (long k = 0; k < total; k++) {
    f(at);
    for (int i = rank; i-- > 0;) {
      if (++at[i] < extent[i]) break;
      at[i] = 0;
    }
  }
}

/// The strides of a value along given axes, 0 where it lacks one: how operands are walked in another's order.
struct strides_along {
  long stride[max_rank]{};
  int n;
  strides_along(const tensor_ref& t, const axes& ax) : n(ax.n) {
    for (int i = 0; i < n; i++)
      if (const int p = t.ax.find(ax[i]); p >= 0) stride[i] = t.stride[p];
  }
  long operator()(const long* at) const {
    long o = 0;
    for (int i = 0; i < n; i++) o += at[i] * stride[i];
    return o;
  }
};

template <class T> T* elements(const tensor_ref& t) { return static_cast<T*>(t.data); }
} // namespace weft::ir
