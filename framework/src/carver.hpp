// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace weft::ir {

/// The bytes of whole cache lines that hold so many: what lies behind them begins at a line of its own.
constexpr long whole_lines(long bytes) { return (bytes + 63) / 64 * 64; }

/// Scratch memory of one worker, cut into pieces; without memory it only counts.
struct carver {
  char* at;
  long used = 0;
  template <class T> T* take(long n) {
    T* p = at ? reinterpret_cast<T*>(at + used) : nullptr;
    used += whole_lines(n * static_cast<long>(sizeof(T)));
    return p;
  }
};
} // namespace weft::ir
