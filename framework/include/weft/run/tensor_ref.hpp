// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/axis.hpp>
#include <weft/run/dtype.hpp>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

namespace weft {

/// A strided view whose element type is a value: what the runtime executes on. Whether the elements may be written is
/// not tracked here; views and tensors do that. The extents and strides past the rank mean nothing.
struct tensor_ref {
  dtype type = dtype::float32;
  void* data = nullptr;
  axes ax;
  long extent[max_rank]{};
  long stride[max_rank]{}; ///< in elements

  int rank() const { return ax.n; }
  /// The product of the extents: 1 at rank 0, even if the tensor is unset.
  long size() const;
  /// A default constructed tensor: rank 0, and no element either.
  bool unset() const { return ax.n == 0 && data == nullptr; }
  /// Dense and row-major over `ax`. Strides of axes with a single element don't matter.
  bool contiguous() const;
  /// Throws `error`, naming the axes there are, if `a` is none of them.
  long extent_of(axis_ref a) const;
  long stride_of(axis_ref a) const;
};

/// Whether two have the same type, axes, extents and strides; an unset tensor has another form than one of rank 0.
constexpr bool same_form(const tensor_ref& a, const tensor_ref& b) {
  if (a.type != b.type || !(a.ax == b.ax) || a.unset() != b.unset()) return false;
  for (int i = 0; i < a.ax.n; i++)
    if (a.extent[i] != b.extent[i] || a.stride[i] != b.stride[i]) return false;
  return true;
}

/// "[query=2, d=3]", as messages and the printer show a shape.
std::string shape_text(const tensor_ref& t);
/// "[query=1, d=0]": the coordinates of an element, counted in row-major order.
std::string place_text(const tensor_ref& t, long number);

/// Whatever gives a `tensor_ref`: tensors and views.
template <class X>
concept tensor_like = requires(const std::remove_cvref_t<X>& x) {
  typename std::remove_cvref_t<X>::value_type;
  { x.ref() } -> std::convertible_to<tensor_ref>;
};

/// Those whose elements may be written: not `const tensor<float>`, nor `view<const float>`.
template <class X>
concept writable = tensor_like<X> && !std::is_const_v<std::remove_pointer_t<decltype(std::declval<X&>().data())>>;
} // namespace weft
