// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <ops/special_values/special.hpp>

/// Of rounding.
namespace support::special_values {
inline std::vector<special> rounding() {
  return {
      {of<floor_op>(),
       "keeps infinities and NaN",
       [](v a) { return floor(a[0]); },
       {reals({-.5, 2, 2.5, -inf, undefined})},
       {-1, 2, 2, -inf, undefined},
       {{0, 0, 0, 0, 0}}},
      {nullptr, "ceil", [](v a) { return ceil(a[0]); }, {reals({-.5, 2, 2.5, inf})}, {0, 2, 3, inf}, {{0, 0, 0, 0}}},
      {of<round_op>(),
       "halves to even",
       [](v a) { return round(a[0]); },
       {reals({.5, 1.5, 2.5, -.5, inf, undefined})},
       {0, 2, 2, 0, inf, undefined},
       {{0, 0, 0, 0, 0, 0}}},
      {of<to_integer_op>(),
       "toward zero, NaN is 0; no derivative",
       [](v a) { return 1.0 * at(to_integer(a[0])); },
       {reals({-1.75, 1.75, -.5, 1e6, undefined})},
       {-1, 1, 0, 1e6, 0},
       {{0, 0, 0, 0, 0}}},
      {of<round_to_bfloat16_op>(),
       "halves to even, overflow; straight-through",
       [](v a) { return round_to<bfloat16>(a[0]); },
       {reals({1 + 0x1p-8, 1 + 0x3p-8, 3.4e38, inf, undefined})},
       {1, 1 + 0x1p-6, inf, inf, undefined},
       {{1, 1, 1, 1, 1}}},
      {of<round_to_float16_op>(),
       "halves to even, subnormal numbers, overflow; straight-through",
       [](v a) { return round_to<float16>(a[0]) * 0x1p20; },
       {reals({1 + 0x1p-11, 0x1p-25, 0x3p-25, 65519, 65520, undefined})},
       {0x1p20, 0, 0x1p-3, 65504 * 0x1p20, inf, undefined},
       {{0x1p20, 0x1p20, 0x1p20, 0x1p20, 0x1p20, 0x1p20}}},
  };
}
} // namespace support::special_values
