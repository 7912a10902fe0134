// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <memory>
#include <new>

namespace weft::ir {

/// 64-byte aligned memory, never shrinking.
class arena {
  struct free_memory {
    void operator()(char* p) const { ::operator delete(p, std::align_val_t(64)); }
  };
  std::unique_ptr<char, free_memory> memory_;
  long size_ = 0;

public:
  char* reserve(long n) {
    if (n > size_) {
      memory_.reset(), size_ = 0; // what it held is not needed any more
      memory_.reset(static_cast<char*>(::operator new(static_cast<std::size_t>(n), std::align_val_t(64))));
      size_ = n;
    }
    return memory_.get();
  }
  char* data() const { return memory_.get(); }
  long size() const { return size_; }
};
} // namespace weft::ir
