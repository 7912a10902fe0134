// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/tensor_ref.hpp>

#include <string>
#include <utility>
#include <vector>

namespace weft::ir {
/// The text of `summary`, a row for each named tensor.
std::string parameter_table(const std::vector<std::pair<std::string, tensor_ref>>& parameters);
} // namespace weft::ir
