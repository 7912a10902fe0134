// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <utility>

namespace weft::ir {

/// A growing array for use inside constants: `std::vector` with a tenth of the steps that compilers count for each
/// call. `at` is public because a call costs steps and an index into a pointer none: loops over all nodes write
/// `x.at[i]`.
template <class T> struct list {
  T* at = nullptr;
  int size_ = 0, room_ = 0;

  constexpr list() = default;
  constexpr explicit list(int n) : at(n ? new T[static_cast<unsigned>(n)]{} : nullptr), size_(n), room_(n) {}
  constexpr list(int n, const T& fill) : list(n) {
    for (int i = 0; i < n; i++) at[i] = fill;
  }
  constexpr list(const list& o)
      : at(o.size_ ? new T[static_cast<unsigned>(o.size_)]{} : nullptr), size_(o.size_), room_(o.size_) {
    for (int i = 0; i < size_; i++) at[i] = o.at[i];
  }
  constexpr list(list&& o) noexcept
      : at(std::exchange(o.at, nullptr)), size_(std::exchange(o.size_, 0)), room_(std::exchange(o.room_, 0)) {}
  constexpr list& operator=(list o) noexcept {
    std::swap(at, o.at), std::swap(size_, o.size_), std::swap(room_, o.room_);
    return *this;
  }
  constexpr ~list() { delete[] at; }

  constexpr void reserve(int n) {
    if (n <= room_) return;
    T* moved = new T[static_cast<unsigned>(n)]{};
    for (int i = 0; i < size_; i++) moved[i] = at[i];
    delete[] at;
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
};

/// A view of consecutive values (`std::span` costs more steps and more header).
template <class T> struct range {
  const T* at = nullptr;
  int count = 0;
  constexpr range() = default;
  constexpr range(const T* p, int n) : at(p), count(n) {}
  constexpr range(const list<T>& l) : at(l.at), count(l.size_) {}
  constexpr const T& operator[](int i) const { return at[i]; }
  constexpr int size() const { return count; }
  constexpr const T* begin() const { return at; }
  constexpr const T* end() const { return at + count; }
};
} // namespace weft::ir
