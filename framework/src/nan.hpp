// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/graph.hpp>
#include <weft/run/tensor_ref.hpp>

#include <string>
#include <string_view>

namespace weft::ir {
/// Where values have their first NaN, "mul [n=2] at model.cpp:12"; empty if they have none.
std::string nan_in(const tensor_ref& values, std::string_view name, place where);
} // namespace weft::ir
