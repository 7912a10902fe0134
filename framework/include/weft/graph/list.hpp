// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <utility>

namespace weft::ir {

/// A growing array for use inside constants: `std::vector` with a tenth of the steps a compiler counts for each call.
template <class T> class list {
  T* data_ = nullptr;
  int size_ = 0, room_ = 0;

public:
  constexpr list() = default;
  constexpr explicit list(int n) : data_(n ? new T[static_cast<unsigned>(n)]{} : nullptr), size_(n), room_(n) {}
  constexpr list(int n, const T& fill) : list(n) {
    for (int i = 0; i < n; i++) data_[i] = fill;
  }
  constexpr list(const list& o) : data_(o.size_ ? new T[static_cast<unsigned>(o.size_)]{} : nullptr), size_(o.size_), room_(o.size_) {
    for (int i = 0; i < size_; i++) data_[i] = o.data_[i];
  }
  constexpr list(list&& o) noexcept
      : data_(std::exchange(o.data_, nullptr)), size_(std::exchange(o.size_, 0)), room_(std::exchange(o.room_, 0)) {}
  constexpr list& operator=(list o) noexcept {
    std::swap(data_, o.data_), std::swap(size_, o.size_), std::swap(room_, o.room_);
    return *this;
  }
  constexpr ~list() { delete[] data_; }

  constexpr void reserve(int n) {
    if (n <= room_) return;
    T* moved = new T[static_cast<unsigned>(n)]{};
    for (int i = 0; i < size_; i++) moved[i] = data_[i];
    delete[] data_;
    data_ = moved, room_ = n;
  }
  constexpr void push_back(const T& x) {
    if (size_ == room_) {
      T copy = x; // x may live in here
      reserve(room_ < 16 ? 16 : 2 * room_);
      data_[size_++] = copy;
    } else data_[size_++] = x;
  }
  constexpr void pop_back() { --size_; }
  constexpr void clear() { size_ = 0; }
  constexpr T& operator[](int i) { return data_[i]; }
  constexpr const T& operator[](int i) const { return data_[i]; }
  constexpr T& back() { return data_[size_ - 1]; }
  constexpr int size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr T* data() { return data_; }
  constexpr const T* data() const { return data_; }
  constexpr T* begin() { return data_; }
  constexpr T* end() { return data_ + size_; }
  constexpr const T* begin() const { return data_; }
  constexpr const T* end() const { return data_ + size_; }
};

/// A view of consecutive values (`std::span` costs more steps and more header).
template <class T> struct range {
  const T* first = nullptr;
  int count = 0;
  constexpr range() = default;
  constexpr range(const T* p, int n) : first(p), count(n) {}
  constexpr range(const list<T>& l) : first(l.data()), count(l.size()) {}
  constexpr const T& operator[](int i) const { return first[i]; }
  constexpr int size() const { return count; }
  constexpr const T* begin() const { return first; }
  constexpr const T* end() const { return first + count; }
};
} // namespace weft::ir
