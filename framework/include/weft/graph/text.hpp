// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <algorithm>
#include <cstddef>
#include <string_view>

namespace weft {

/// A string that can be a template argument: `axis<"query">`.
template <std::size_t N> struct text {
  char characters[N]{};
  constexpr text() = default;
  constexpr text(const char (&s)[N]) { std::copy_n(s, N, characters); }
  constexpr std::string_view view() const { return {characters, N - 1}; }
};

namespace ir {
/// FNV-1a: the hash by which names are compared while compiling, where pointers can't be ordered or hashed.
constexpr unsigned hash_of(std::string_view s) {
  unsigned h = 2166136261u;
  for (char c : s) h = (h ^ static_cast<unsigned char>(c)) * 16777619u;
  return h;
}
} // namespace ir
} // namespace weft
