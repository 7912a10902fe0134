// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <memory>
#include <type_traits>
#include <utility>

namespace weft::ir {

template <class T> struct list;

/// Through pointers, eight in one turn: compilers count the turns, and each call of an array's index operator.
template <class T> constexpr void copy(T* to, const T* from, int n) {
  int i = 0;
  for (; i + 8 <= n; i += 8)
    to[i] = from[i], to[i + 1] = from[i + 1], to[i + 2] = from[i + 2], to[i + 3] = from[i + 3], to[i + 4] = from[i + 4],
    to[i + 5] = from[i + 5], to[i + 6] = from[i + 6], to[i + 7] = from[i + 7];
  for (; i < n; i++) to[i] = from[i];
}

/// A view of consecutive values (`std::span` costs more steps and more header).
template <class T> struct range {
  const T* at = nullptr;
  int count = 0;
  constexpr range() = default;
  constexpr range(const T* p, int n) : at(p), count(n) {}
  constexpr range(const list<T>& l);
  constexpr const T& operator[](int i) const { return at[i]; }
  constexpr int size() const { return count; }
  constexpr const T* begin() const { return at; }
  constexpr const T* end() const { return at + count; }
};

/// A growing array for use inside constants: `std::vector` with a tenth of the steps that compilers count for each
/// call. `at` is public because a call costs steps and an index into a pointer none: loops over all nodes write
/// `x.at[i]`.
template <class T> struct list {
  T* at = nullptr;
  int size_ = 0, room_ = 0;

  constexpr list() = default;
  constexpr explicit list(int n) : at(n ? allocated(n) : nullptr), size_(n), room_(n) {
    if constexpr (bare) fill_with(T{});
  }
  constexpr list(int n, const T& fill) : at(n ? allocated(n) : nullptr), size_(n), room_(n) { fill_with(fill); }
  constexpr list(const list& o) : list(range<T>(o)) {}
  constexpr explicit list(range<T> from)
      : at(from.count ? allocated(from.count) : nullptr), size_(from.count), room_(size_) {
    copy(at, from.at, size_);
  }
  constexpr list(list&& o) noexcept
      : at(std::exchange(o.at, nullptr)), size_(std::exchange(o.size_, 0)), room_(std::exchange(o.room_, 0)) {}
  constexpr list& operator=(list o) noexcept {
    std::swap(at, o.at), std::swap(size_, o.size_), std::swap(room_, o.room_);
    return *this;
  }
  constexpr ~list() {
    if constexpr (bare) release();
    else delete[] at;
  }

  constexpr void reserve(int n) {
    if (n <= room_) return;
    T* moved = allocated(n);
    copy(moved, at, size_);
    release();
    at = moved, room_ = n;
  }
  constexpr void push_back(const T& x) {
    if (size_ == room_) {
      T copy = x; // x may live in here
      reserve(room_ < 16 ? 16 : 2 * room_);
      at[size_++] = copy;
    } else at[size_++] = x;
  }
  constexpr void pop_back() { --size_; }
  constexpr void clear() { size_ = 0; }
  constexpr T& operator[](int i) { return at[i]; }
  constexpr const T& operator[](int i) const { return at[i]; }
  constexpr T& back() { return at[size_ - 1]; }
  constexpr int size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr T* data() { return at; }
  constexpr const T* data() const { return at; }
  constexpr T* begin() { return at; }
  constexpr T* end() { return at + size_; }
  constexpr const T* begin() const { return at; }
  constexpr const T* end() const { return at + size_; }

private:
  /// Whether elements begin to live when they are assigned to. Clang asks for more; GCC does not, and for each element
  /// that a new-expression initialises it takes as long as for two statements, for each access to one later twice as
  /// long as for memory of an allocator.
#if defined(__GNUC__) && !defined(__clang__)
  static constexpr bool bare = std::is_trivially_copyable_v<T>;
#else
  static constexpr bool bare = false;
#endif
  /// Eight in one turn, as `copy` does.
  constexpr void fill_with(const T& x) {
    int i = 0;
    for (; i + 8 <= size_; i += 8)
      at[i] = x, at[i + 1] = x, at[i + 2] = x, at[i + 3] = x, at[i + 4] = x, at[i + 5] = x, at[i + 6] = x,
      at[i + 7] = x;
    for (; i < size_; i++) at[i] = x;
  }
  static constexpr T* allocated(int n) {
    if constexpr (bare) return std::allocator<T>{}.allocate(static_cast<unsigned>(n));
    else return new T[static_cast<unsigned>(n)]{};
  }
  constexpr void release() {
    if constexpr (!bare) delete[] at;
    else if (at) std::allocator<T>{}.deallocate(at, static_cast<unsigned>(room_));
  }
};
template <class T> constexpr range<T>::range(const list<T>& l) : at(l.at), count(l.size_) {}
} // namespace weft::ir
