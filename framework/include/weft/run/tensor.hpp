// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/compare.hpp>
#include <weft/run/copy.hpp>
#include <weft/run/view.hpp>

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

namespace weft {

/// An owning, dense, row-major array with named axes: `tensor<float> q(batch(2), head, query(128), d)`. Its memory
/// starts at a cache line, and a whole 64-byte packet may be read at any element.
template <storable T> class tensor {
public:
  using value_type = T;
  static constexpr std::size_t alignment = 64;

  /// Unset: rank 0 and no element, until it is assigned.
  tensor() { ref_.type = dtype_of<T>; }
  /// Rank 0: one element, with this value. A real value doesn't become an integer; an integer that doesn't fit throws.
  template <class U>
    requires(std::is_arithmetic_v<U> && (std::floating_point<T> || !std::floating_point<U>) &&
             (!std::same_as<T, bool> || std::same_as<U, bool>))
  explicit tensor(U value) : tensor(axes{}, {}, static_cast<T>(value)) {
    if constexpr (std::integral<T> && !std::same_as<U, bool>)
      if (!std::in_range<T>(value))
        throw error("tensor: ", value, " does not fit ", name_of(dtype_of<T>), "; choose a wider type");
  }
  /// All zero.
  template <class... Bound>
    requires(sizeof...(Bound) > 0 && sizeof...(Bound) <= max_rank && (std::convertible_to<Bound, bound_axis> && ...))
  explicit tensor(Bound... bound)
      : tensor(layout::row_major("tensor", dtype_of<T>, std::array<bound_axis, sizeof...(Bound)>{bound...})) {}
  /// For axes that are values. `extents[i]` belongs to `ax[i]`; where it is `unbound` or missing the static one stands.
  explicit tensor(const axes& ax, const std::vector<long>& extents = {}, T fill = T{})
      : tensor(layout::row_major("tensor", dtype_of<T>, ax, extents)) {
    std::fill(begin(), end(), fill);
  }
  /// Elements in row-major order: `tensor<float>::from({1, 2, 3}, query(3))`.
  template <class... Bound> static tensor from(std::span<const T> elements, Bound... bound) {
    tensor t = [&] {
      if constexpr (sizeof...(Bound) == 0) return tensor(T{});
      else return tensor(bound...);
    }();
    layout::check_count("tensor", t.ref_, elements.size());
    std::copy(elements.begin(), elements.end(), t.begin());
    return t;
  }
  template <class... Bound> static tensor from(std::initializer_list<T> elements, Bound... bound) {
    return from(std::span<const T>(elements.begin(), elements.size()), bound...);
  }
  /// A dense copy of elements laid out in any way, converted as `copy_to` does.
  static tensor copy_of(const tensor_ref& source) {
    if (source.unset()) return {};
    tensor_ref dense = layout::dense(source);
    dense.type = dtype_of<T>;
    tensor t(dense);
    copy_to(source, t.ref_);
    return t;
  }

  tensor(const tensor& o) : tensor(copy_of(o.ref_)) {}
  tensor(tensor&& o) noexcept : tensor() { swap(o); }
  tensor& operator=(tensor o) noexcept {
    swap(o);
    return *this;
  }
  void swap(tensor& o) noexcept {
    std::swap(ref_, o.ref_);
    std::swap(memory_, o.memory_);
  }

  const axes& ax() const { return ref_.ax; }
  int rank() const { return ref_.ax.n; }
  long extent(axis_ref a) const { return ref_.extent_of(a); }
  long stride(axis_ref a) const { return ref_.stride_of(a); }
  std::span<const long> extents() const { return {ref_.extent, std::size_t(rank())}; }
  std::span<const long> strides() const { return {ref_.stride, std::size_t(rank())}; }
  long size() const { return ref_.unset() ? 0 : ref_.size(); }
  const tensor_ref& ref() const& { return ref_; }
  tensor_ref ref() && { return ref_; }

  T* data() { return memory_.get(); }
  const T* data() const { return memory_.get(); }
  std::span<T> span() { return {data(), std::size_t(size())}; }
  std::span<const T> span() const { return {data(), std::size_t(size())}; }
  T* begin() { return data(); }
  T* end() { return data() + size(); }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }

  /// The i-th element in row-major order, not checked.
  T& operator[](long i) { return data()[i]; }
  const T& operator[](long i) const { return data()[i]; }
  /// The element at named coordinates, in any order and checked: `x(d(0), query(3))`.
  template <class... Bound>
    requires(sizeof...(Bound) <= max_rank && (std::convertible_to<Bound, bound_axis> && ...))
  T& operator()(Bound... coordinates) {
    return data()[layout::offset_of("tensor", ref_, std::array<bound_axis, sizeof...(Bound)>{coordinates...})];
  }
  template <class... Bound>
    requires(sizeof...(Bound) <= max_rank && (std::convertible_to<Bound, bound_axis> && ...))
  const T& operator()(Bound... coordinates) const {
    return data()[layout::offset_of("tensor", ref_, std::array<bound_axis, sizeof...(Bound)>{coordinates...})];
  }
  /// The only element.
  T& item() { return data()[one_element()]; }
  const T& item() const { return data()[one_element()]; }

  /// The same axes in the same order, the same extents, and equal elements (so a NaN makes a tensor differ from
  /// itself).
  friend bool operator==(const tensor& a, const tensor& b) {
    return a.ref_.unset() == b.ref_.unset() && layout::same_shape(a.ref_, b.ref_) &&
           std::equal(a.begin(), a.end(), b.begin());
  }

private:
  struct release {
    void operator()(T* p) const { ::operator delete(p, std::align_val_t(alignment)); }
  };

  explicit tensor(const tensor_ref& shape) : ref_(shape) {
    const std::size_t bytes = (std::size_t(ref_.size()) * sizeof(T) / alignment + 2) * alignment;
    void* p = ::operator new(bytes, std::align_val_t(alignment));
    std::fill_n(static_cast<unsigned char*>(p), bytes, 0);
    memory_.reset(static_cast<T*>(p));
    ref_.data = p;
  }
  long one_element() const {
    if (size() != 1) throw error("tensor: item() needs one element and ", shape_text(ref_), " holds ", size());
    return 0;
  }

  tensor_ref ref_;
  std::unique_ptr<T, release> memory_;
};
} // namespace weft
