// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/tensor_ref.hpp>

#include <vector>

namespace weft::ir {

/// Whether tensors have the same types, axes, extents and strides: then one plan serves both.
bool same_form(const std::vector<tensor_ref>& a, const std::vector<tensor_ref>& b);
/// Whether two tensors have memory in common, from the first to the last byte of each.
bool overlap(const tensor_ref& a, const tensor_ref& b);
/// Whether each axis steps over all that those with smaller steps reach, so that no two elements share memory.
bool keeps_apart(const tensor_ref& t);
} // namespace weft::ir
