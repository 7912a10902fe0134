// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/weft.hpp>

/// What the cases share: axes, and arguments that fit.
namespace example {
using namespace weft;
inline constexpr axis<"batch"> batch;
inline constexpr axis<"query"> query;
inline constexpr axis<"key"> key;
inline constexpr axis<"head", 8> head;
inline constexpr axis<"d", 64> d;
inline constexpr axis<"half", 32> half;
inline constexpr axis<"vocab", 100> vocab;
inline constexpr auto x_query_d = arg<"x">(query, d);
inline constexpr auto y_query_d = arg<"y">(query, d);
inline constexpr auto y_key_d = arg<"y">(key, d);
} // namespace example
