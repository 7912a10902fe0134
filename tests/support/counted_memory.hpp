// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

/// An allocator that counts, for the whole program: included by one source of it. Clang's thread sanitizer insists on
/// its own: then nothing is counted.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WEFT_UNCOUNTED 1
#endif
#endif
namespace support {
inline std::atomic<long> live_bytes{0}, peak_bytes{0}, allocations{0};

/// Each block knows its size: it stands before it, in as many bytes as the alignment needs.
inline void* allocated(std::size_t n, std::size_t alignment) {
  allocations++;
  const std::size_t room = std::max(alignment, std::size_t(16));
  auto* p = static_cast<char*>(std::aligned_alloc(room, (n + 2 * room - 1) / room * room));
  if (!p) throw std::bad_alloc();
  *reinterpret_cast<std::size_t*>(p) = n;
  const long now = live_bytes += static_cast<long>(n);
  for (long highest = peak_bytes; now > highest && !peak_bytes.compare_exchange_weak(highest, now);) {}
  return p + room;
}
inline void released(void* p, std::size_t alignment) {
  if (!p) return;
  char* block = static_cast<char*>(p) - std::max(alignment, std::size_t(16));
  live_bytes -= static_cast<long>(*reinterpret_cast<std::size_t*>(block));
  std::free(block);
}
} // namespace support
#ifndef WEFT_UNCOUNTED
// All forms: those that a sanitizer brings would not call these.
void* operator new(std::size_t n) { return support::allocated(n, 16); }
void* operator new(std::size_t n, const std::nothrow_t&) noexcept { return support::allocated(n, 16); }
void* operator new(std::size_t n, std::align_val_t a) { return support::allocated(n, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t n) { return support::allocated(n, 16); }
void* operator new[](std::size_t n, std::align_val_t a) { return support::allocated(n, static_cast<std::size_t>(a)); }
void operator delete(void* p) noexcept { support::released(p, 16); }
void operator delete(void* p, std::size_t) noexcept { support::released(p, 16); }
void operator delete(void* p, const std::nothrow_t&) noexcept { support::released(p, 16); }
void operator delete(void* p, std::align_val_t a) noexcept { support::released(p, static_cast<std::size_t>(a)); }
void operator delete(void* p, std::size_t, std::align_val_t a) noexcept {
  support::released(p, static_cast<std::size_t>(a));
}
void operator delete[](void* p) noexcept { support::released(p, 16); }
void operator delete[](void* p, std::size_t) noexcept { support::released(p, 16); }
void operator delete[](void* p, std::align_val_t a) noexcept { support::released(p, static_cast<std::size_t>(a)); }
void operator delete[](void* p, std::size_t, std::align_val_t a) noexcept {
  support::released(p, static_cast<std::size_t>(a));
}
#endif
