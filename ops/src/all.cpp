// SPDX-License-Identifier: BSL-1.0
#include <weft/ops/all.hpp>

namespace weft::ir {
BOOST_PP_SEQ_FOR_EACH(WEFT_INSTANCE, template, WEFT_OPS)
} // namespace weft::ir
