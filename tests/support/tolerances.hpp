// SPDX-License-Identifier: BSL-1.0
#pragma once

/// How closely the tests compare, in one place. Each is relative to the largest magnitude compared (at least 1).
namespace support::tolerance {
inline constexpr double step =
    1e-3; ///< of the fourth-order central differences: error about step^4, rounding about 1e-13
inline constexpr double differences = 1e-8; ///< a derivative against differences of the values
inline constexpr double adjoint = 1e-12;    ///< <c, J t> against <J^T c, t>, and other identities of exact derivatives
inline constexpr double policies = 1e-12;   ///< reference against interpreted, float64, of the largest summed magnitude
inline constexpr double policies_single = 1e-4; ///< the same in float32, where random programs lose digits on the way
inline constexpr double ulps = 4;          ///< float32 against float64 on the same (rounded) inputs: an elementwise op
inline constexpr double ulps_of_sums = 64; ///< anything else and derivatives, of the largest magnitude
inline constexpr double single = 1e-5;     ///< the same in float32, of one op
inline constexpr double special_double = 1e-14, special_single = 2e-6; ///< against closed forms at special points
} // namespace support::tolerance
