// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "extents.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weft::ir {
/// The numbers of the elements that are NaN, counted in the order of the axes: the first ones, at most `most`.
std::vector<long> nans_in(const tensor_ref& values, std::size_t most);

/// An element in words: "mul [n=2] at model.cpp:12".
std::string element_text(std::string_view name, const tensor_ref& values, long number, place where);

/// Names the element that the first NaN of the outputs comes from, or the first NaN of all if no output has one; empty
/// if the graph as it was traced gives none, or if its values would take more than 1 GiB together.
template <class T>
std::string nan_of_reference(const program_data& data, const extent_table& extents,
                             const std::vector<tensor_ref>& inputs);
} // namespace weft::ir
