// SPDX-License-Identifier: BSL-1.0
#pragma once
// The ops that graph/algebra.hpp declares: every derivative is written in them.
#include <weft/ops/add.hpp>
#include <weft/ops/mul.hpp>
#include <weft/ops/neg.hpp>
#include <weft/ops/sum.hpp>
