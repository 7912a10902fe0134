// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace weft {

/// What the elements of a tensor are in memory (a graph only knows their `kind`).
enum class dtype : std::uint8_t { float32, float64, int32, int64, boolean };

static_assert(sizeof(bool) == 1, "boolean tensors keep one byte an element");

/// The types that a tensor can hold.
template <class T>
concept storable = std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, std::int32_t> ||
                   std::same_as<T, std::int64_t> || std::same_as<T, bool>;

template <storable T>
inline constexpr dtype dtype_of = std::same_as<T, float>          ? dtype::float32
                                  : std::same_as<T, double>       ? dtype::float64
                                  : std::same_as<T, std::int32_t> ? dtype::int32
                                  : std::same_as<T, std::int64_t> ? dtype::int64
                                                                  : dtype::boolean;

constexpr std::string_view name_of(dtype t) {
  return t == dtype::float32   ? "float32"
         : t == dtype::float64 ? "float64"
         : t == dtype::int32   ? "int32"
         : t == dtype::int64   ? "int64"
                               : "boolean";
}

/// Bytes an element.
constexpr std::size_t size_of(dtype t) {
  return t == dtype::float64 || t == dtype::int64 ? 8 : t == dtype::boolean ? 1 : 4;
}

/// Calls `f(T{})` with the element type that a dtype stands for, and gives what it returns.
template <class F> constexpr decltype(auto) with_type(dtype t, F&& f) {
  switch (t) {
  case dtype::float32: return f(float{});
  case dtype::float64: return f(double{});
  case dtype::int32: return f(std::int32_t{});
  case dtype::int64: return f(std::int64_t{});
  default: return f(bool{});
  }
}
} // namespace weft
