// SPDX-License-Identifier: BSL-1.0
/// The empty program that costs are counted above.
#include <weft/weft.hpp>
