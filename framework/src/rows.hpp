// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/function_ref.hpp>
#include <weft/run/tensor_ref.hpp>

namespace weft {

/// Pairs the elements of two layouts by axis name and calls `row(offset_a, offset_b, n, stride_a, stride_b)` for runs
/// that cover them, in the row-major order of `a`. Axes that are dense in both are walked as one, so two dense tensors
/// make a single run. Throws, as `who`, if the axes or an extent differ.
void for_each_row(std::string_view who, const tensor_ref& a, const tensor_ref& any_order,
                  function_ref<void(long, long, long, long, long)> row);
} // namespace weft
