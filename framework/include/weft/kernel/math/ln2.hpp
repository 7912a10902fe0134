// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/kernel/math/real.hpp>

namespace weft::math {

/// ln 2 in two pieces, for n ln 2 of an exponent n. The first has trailing zeros enough for n * ln2_high to
/// be exact.
template <class T> inline constexpr T ln2_high = by_precision<T>(0x1.62e3p-1f, 0x1.62e42feep-1);
template <class T> inline constexpr T ln2_low = by_precision<T>(0x1.2fefa2p-17f, 0x1.a39ef35793c76p-33);

} // namespace weft::math
