// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "extents.hpp"

namespace weft::ir {
/// Runs the graph as it was traced, one plain loop a node: the oracle of the tests.
template <class T>
void run_reference(const program_data& data, const extent_table& extents, const std::vector<tensor_ref>& inputs,
                   const std::vector<tensor_ref>& outputs);
/// Names the element that the first NaN of the outputs comes from, or the first NaN of all if no output has one; empty
/// if the graph as it was traced gives none, or if its values would take more than 1 GiB together.
template <class T>
std::string nan_of_reference(const program_data& data, const extent_table& extents,
                             const std::vector<tensor_ref>& inputs);
} // namespace weft::ir
