// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/graph.hpp>
#include <weft/run/error.hpp>
#include <weft/run/tensor_ref.hpp>

#include <algorithm>
#include <utility>

/// What a general op's `run` is given, and the loops it is written with.
namespace weft::ir {

/// One evaluation of a node: operands and result as strided memory. Reals have the precision of the call, integers are
/// as wide, booleans take a byte.
struct general_call {
  const node& x;
  const tensor_ref* in;
  tensor_ref out;
  extents_of extent; ///< of every axis of the program
  bool adds = false; ///< whether a scattering op adds to what `out` holds, instead of beginning with 0
};

/// Throws, naming op and axis: an id is not a place on the axis.
[[noreturn]] inline void refuse_id(std::string_view who, long id, axis_ref axis, long extent) {
  throw error(who, ": id ", id, " is not on axis ", axis->name, ", which has ", extent,
              " places from 0; give ids on it");
}

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
  int n = 0;
  strides_along() = default;
  strides_along(const tensor_ref& t, const axes& ax) : n(ax.n) {
    for (int i = 0; i < n; i++)
      if (const int p = t.ax.find(ax[i]); p >= 0) stride[i] = t.stride[p];
  }
  long operator()(const long* at) const {
    long o = 0;
    for (int i = 0; i < n; i++) o += at[i] * stride[i];
    return o;
  }
  long last() const { return n ? stride[n - 1] : 0; }
};
/// Calls f(offset of each walk...) for every element of the given extents, the last axis fastest.
template <class F, class... Walk> void each_place(const long* extent, int rank, F f, const Walk&... walk) {
  long rows[max_rank]{};
  std::copy_n(extent, rank, rows);
  const long length = rank ? std::exchange(rows[rank - 1], 1) : 1;
  each_index(rows, rank, [&](const long* at) {
    const auto along_row = [&](auto... from) {
      for (long k = 0; k < length; k++) f((from + k * walk.last())...);
    };
    along_row(walk(at)...);
  });
}

/// Calls f(coordinates, length, width) for every sheet of a tensor: `length` places along axis p from coordinate 0,
/// times `width` along the last axis (1 if that is p). What goes along p one after another goes side by side along the
/// last.
template <class F> void each_sheet(const tensor_ref& t, int p, F f) {
  long outer[max_rank]{};
  const int last = t.ax.n - 1;
  for (int i = 0; i < t.ax.n; i++) outer[i] = i == p || i == last ? 1 : t.extent[i];
  if (t.size()) each_index(outer, t.ax.n, [&](const long* at) { f(at, t.extent[p], p == last ? 1 : t.extent[last]); });
}
/// A value's steps over such a sheet, in the order of a scan.
struct sheet_steps {
  strides_along along;
  long step, side, begin;
  sheet_steps(const tensor_ref& t, const tensor_ref& shape, int p, bool reverse) : along(t, shape.ax) {
    step = along.stride[p], side = p == shape.ax.n - 1 ? 0 : along.stride[shape.ax.n - 1];
    begin = reverse ? (shape.extent[p] - 1) * step : 0;
    if (reverse) step = -step;
  }
  long operator()(const long* at) const { return along(at) + begin; }
};

template <class T> T* elements(const tensor_ref& t) { return static_cast<T*>(t.data); }

/// An integer of the caller's as wide as the program's; throws if it does not fit.
template <class To, class From> To narrowed(From v) {
  if (static_cast<From>(static_cast<To>(v)) != v)
    throw error(
        "integer ", v,
        " does not fit the 32 bits that integers have in a float32 program and in an int32 tensor; use float64 and "
        "int64 tensors, or smaller integers");
  return static_cast<To>(v);
}
} // namespace weft::ir
