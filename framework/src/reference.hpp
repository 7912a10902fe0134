// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "extents.hpp"

namespace weft::ir {
/// Runs the graph as it was traced, one plain loop a node: the oracle of the tests.
template <class T>
void run_reference(const program_data& data, const extent_table& extents, const std::vector<tensor_ref>& inputs,
                   const std::vector<tensor_ref>& outputs);
} // namespace weft::ir
