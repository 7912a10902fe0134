// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace weft::ir {

/// Scratch memory of one worker, cut into pieces; without memory it only counts.
struct carver {
  char* at;
  long used = 0;
  template <class T> T* take(long n) {
    T* p = at ? reinterpret_cast<T*>(at + used) : nullptr;
    used += (n * static_cast<long>(sizeof(T)) + 63) / 64 * 64;
    return p;
  }
};
} // namespace weft::ir
