// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/abs.hpp>
#include <weft/ops/compare.hpp>

namespace weft {

/// Whether x is NaN: the one value that is not equal to itself.
constexpr expr isnan(const at& x) { return x != x; }
/// Whether x is an infinity.
constexpr expr isinf(const at& x) { return at(abs(x), x.where) == infinity; }
/// Whether x is neither NaN nor an infinity.
constexpr expr isfinite(const at& x) { return at(abs(x), x.where) < infinity; }
} // namespace weft
