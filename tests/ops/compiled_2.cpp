// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE compiled_2
#include "ops/compiled.hpp"

BOOST_AUTO_TEST_CASE(generated_kernels_agree) { support::part_agrees<2>(); }
