// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/error.hpp>
#include <weft/run/layout.hpp>

#include <array>
#include <initializer_list>
#include <span>

namespace weft {
template <storable T> class tensor;

/// Elements that someone else owns, with named axes and any strides; `view<const float>` may only be read. Copying a
/// view copies no element, and neither do the operations that give another view: `view(x).slice(query, 0, 64)`.
template <class T>
  requires storable<std::remove_const_t<T>>
class view {
public:
  using element_type = T;
  using value_type = std::remove_const_t<T>;

  /// Row-major over memory: `view<float>(pointer, query(4), d)`.
  template <class... Bound>
    requires(sizeof...(Bound) <= max_rank && (std::convertible_to<Bound, bound_axis> && ...))
  explicit view(T* data, Bound... bound)
      : ref_(layout::row_major("view", dtype_of<value_type>, std::array<bound_axis, sizeof...(Bound)>{bound...})) {
    point_at(data);
  }
  /// The same over a span, which must hold exactly the elements.
  template <class... Bound>
    requires(sizeof...(Bound) <= max_rank && (std::convertible_to<Bound, bound_axis> && ...))
  explicit view(std::span<T> elements, Bound... bound) : view(elements.data(), bound...) {
    layout::check_count("view", ref_, elements.size());
  }
  /// Any strides, in elements: `view<float>::strided(pointer, {query(4), d(3)}, {1, 4})`.
  static view strided(T* data, std::initializer_list<bound_axis> bound, std::initializer_list<long> strides) {
    view v(layout::strided("view", dtype_of<value_type>, {bound.begin(), bound.size()},
                           {strides.begin(), strides.size()}));
    v.point_at(data);
    return v;
  }
  view(tensor<value_type>& t) : ref_(t.ref()) {}
  view(const tensor<value_type>& t)
    requires std::is_const_v<T>
      : ref_(t.ref()) {}
  view(const view<value_type>& v)
    requires std::is_const_v<T>
      : ref_(v.ref()) {}
  view(const view&) = default;
  view& operator=(const view&) = default;

  const axes& ax() const { return ref_.ax; }
  int rank() const { return ref_.ax.n; }
  long extent(axis_ref a) const { return ref_.extent_of(a); }
  long stride(axis_ref a) const { return ref_.stride_of(a); }
  std::span<const long> extents() const { return {ref_.extent, std::size_t(rank())}; }
  std::span<const long> strides() const { return {ref_.stride, std::size_t(rank())}; }
  long size() const { return ref_.unset() ? 0 : ref_.size(); }
  bool contiguous() const { return ref_.contiguous(); }
  T* data() const { return static_cast<T*>(ref_.data); }
  const tensor_ref& ref() const& { return ref_; }
  tensor_ref ref() && { return ref_; }

  /// The element at named coordinates, in any order and checked: `x(query(3), d(0))`.
  template <class... Bound>
    requires(sizeof...(Bound) <= max_rank && (std::convertible_to<Bound, bound_axis> && ...))
  T& operator()(Bound... coordinates) const {
    return data()[layout::offset_of("view", ref_, std::array<bound_axis, sizeof...(Bound)>{coordinates...})];
  }
  /// The i-th element in row-major order, not checked.
  T& operator[](long i) const { return data()[layout::offset_of(ref_, i)]; }
  /// The only element.
  T& item() const {
    if (size() != 1) throw error("view: item() needs one element and ", shape_text(ref_), " holds ", size());
    return *data();
  }

  /// The part with `from <= coordinate < to`; the axis keeps its name.
  view slice(axis_ref a, long from, long to) const { return view(layout::slice(ref_, a, from, to)); }
  /// The same elements with the axis `from` called `to`.
  view rename(axis_ref from, axis_ref to) const { return view(layout::rename(ref_, from, to)); }
  /// The same axes in another order: decides the order in which elements are visited, printed and copied.
  view permute(const axes& order) const { return view(layout::permute(ref_, order)); }
  /// One coordinate fixed, `at(batch(0))`; the axis goes.
  view at(bound_axis coordinate) const { return view(layout::at(ref_, coordinate)); }

  /// An owning, dense copy with the axes in this order.
  tensor<value_type> copy() const { return tensor<value_type>::copy_of(ref_); }

private:
  explicit view(const tensor_ref& r) : ref_(r) {}
  void point_at(T* data) {
    if (!data && ref_.size() > 0)
      throw error("view: null memory was given for ", shape_text(ref_), ", which holds ", ref_.size(),
                  "; give a pointer to the elements");
    ref_.data = const_cast<value_type*>(data);
  }
  tensor_ref ref_;
};

template <class T> view(tensor<T>&) -> view<T>;
template <class T> view(const tensor<T>&) -> view<const T>;
} // namespace weft
