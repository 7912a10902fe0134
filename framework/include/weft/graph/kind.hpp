// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <cstdint>
#include <string_view>

namespace weft {

/// What a node's values are. The precision of real values is chosen by the tensors at the call.
enum class kind : std::uint8_t { boolean, integer, real }; // ordered by promotion

inline constexpr kind boolean = kind::boolean, integer = kind::integer, real = kind::real;

constexpr std::string_view name_of(kind k) { return k == real ? "real" : k == integer ? "integer" : "boolean"; }
constexpr kind promoted(kind a, kind b) { return a < b ? b : a; }
} // namespace weft
