// SPDX-License-Identifier: BSL-1.0
#include <weft/graph/fragment.hpp>
#include <weft/run/error.hpp>

namespace weft::ir {
void refuse_untraced(const char* why) { throw error(why); }
} // namespace weft::ir
