// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/graph.hpp>
#include <weft/run/tensor_ref.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace weft::ir {
/// Which elements are NaN, counted in the order of the axes; of so many the first.
std::vector<long> nans_in(const tensor_ref& values, std::size_t most);

/// An element in words: "mul [n=2] at model.cpp:12".
std::string element_text(std::string_view name, const tensor_ref& values, long number, place where);
} // namespace weft::ir
