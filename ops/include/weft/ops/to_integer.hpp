// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/algebra.hpp>

namespace weft {

/// x as an integer, elementwise: a real's fraction is dropped (toward zero), NaN becomes 0, what is too large or too
/// small for the integers of the program's precision the nearest of them; a boolean is 0 or 1. So the ids of `gather`
/// can be computed: `to_integer(floor(x / 4.0))`. No derivative.
constexpr expr to_integer(const at& x) { return ir::emit(&ir::whole_def, &x.e, 1, ir::attributes(), x.where); }
} // namespace weft
