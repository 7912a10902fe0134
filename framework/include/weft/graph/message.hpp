// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/axis.hpp>
#include <weft/graph/kind.hpp>

namespace weft::ir {

/// A text built inside a constant: the errors of a program that does not make sense.
struct message {
  static constexpr int room = 512;
  char c[room]{};
  int n = 0;
  constexpr bool empty() const { return n == 0; }
  constexpr std::string_view view() const { return {c, static_cast<std::size_t>(n)}; }
  constexpr message& operator<<(std::string_view s) {
    for (char x : s)
      if (n < room - 1) c[n++] = x;
    return *this;
  }
  constexpr message& operator<<(long v) {
    char digits[24]{};
    int k = 0;
    unsigned long u = v < 0 ? 0ul - static_cast<unsigned long>(v) : static_cast<unsigned long>(v);
    do digits[k++] = static_cast<char>('0' + u % 10);
    while (u /= 10);
    if (v < 0) *this << "-";
    while (k) *this << std::string_view(&digits[--k], 1);
    return *this;
  }
  constexpr message& operator<<(axis_ref a) {
    *this << a->name;
    return a->extent == unbound ? *this : *this << "=" << a->extent;
  }
  constexpr message& operator<<(const axes& x) {
    *this << "[";
    for (int i = 0; i < x.n; i++) (i ? *this << ", " : *this) << x.a[i];
    return *this << "]";
  }
};
} // namespace weft::ir
