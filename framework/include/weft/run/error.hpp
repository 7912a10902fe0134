// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <concepts>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>

namespace weft {

/// What a call at run time refuses. The message says who refused, what was expected, what came, and what to do; it is
/// given in pieces: `throw error("tensor: axis ", a->name, " has extent ", n)`.
struct error : std::runtime_error {
  explicit error(const std::string& message) : std::runtime_error(message) {}
  template <class... Pieces>
    requires(sizeof...(Pieces) > 1)
  explicit error(const Pieces&... pieces) : std::runtime_error(joined(pieces...)) {}

private:
  template <class... Pieces> static std::string joined(const Pieces&... pieces) {
    std::string s;
    (append(s, pieces), ...);
    return s;
  }
  static void append(std::string& s, std::string_view piece) { s += piece; }
  static void append(std::string& s, std::integral auto number) { s += std::to_string(number); }
  static void append(std::string& s, std::floating_point auto number) {
    char digits[32];
    s.append(digits, static_cast<std::size_t>(std::snprintf(digits, sizeof digits, "%g", double(number))));
  }
};
} // namespace weft
