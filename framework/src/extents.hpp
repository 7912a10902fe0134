// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/error.hpp>
#include <weft/run/machine.hpp>

namespace weft::ir {

/// The extent of every axis in one call: static, bound by an input, or made by an op (a rename, a concat, a split).
class extent_table {
  struct entry {
    axis_ref axis;
    long extent;
    std::string who;
  };
  std::vector<entry> entries_;

public:
  extent_table() = default;
  /// Checks the inputs against the graph: count, axes, kinds, one extent for each axis.
  extent_table(const program_data& data, const std::vector<tensor_ref>& inputs);

  void bind(axis_ref a, long extent, const std::string& who);
  /// Binds the one axis of a rule that has no extent yet; whether there was one.
  bool solve(const extent_rule& r, std::string_view who);
  /// What a rule's parts make up, without one of them.
  long total(const extent_rule& r, axis_ref besides = nullptr) const;
  const entry* find(axis_ref a) const;
  long of(axis_ref a) const;
  extents_of resolver() const {
    return {this, [](const void* self, axis_ref a) { return static_cast<const extent_table*>(self)->of(a); }};
  }
  void fill(const axes& ax, long* extent) const {
    for (int i = 0; i < ax.n; i++) extent[i] = of(ax[i]);
  }
};

/// float64 if the real inputs are; mixing precisions is an error. Without real inputs the outputs decide.
bool is_double(const program_data& data, const std::vector<tensor_ref>& inputs, const std::vector<tensor_ref>& outputs);

/// A tensor's strides in the order of a node's axes.
inline layout layout_of(const tensor_ref& t, const axes& ax) {
  layout l;
  for (int i = 0; i < ax.n; i++) l.stride[i] = t.stride_of(ax[i]);
  return l;
}
/// Dense strides over `order`, given in the order of `ax`; 0 along axes that `order` lacks.
inline layout dense_layout(const axes& ax, const axes& order, const extent_table& extents) {
  layout l;
  long n = 1;
  for (int i = order.n; i-- > 0;) {
    l.stride[ax.find(order[i])] = n;
    n *= extents.of(order[i]);
  }
  return l;
}
/// Refuses indices and extents that the integers of a program in float32 don't count to.
void check_countable(graph_view g, const extent_table& extents);
/// Copies between a caller's tensor and memory of the program's own type: integers become narrower, or reals, if these
/// hold them; else it throws.
void convert_to(const tensor_ref& from, const tensor_ref& to);

template <class T> constexpr dtype lane_dtype(kind k) {
  return k == real ? dtype_of<T> : k == integer ? dtype_of<lane_int<T>> : dtype::boolean;
}
} // namespace weft::ir
