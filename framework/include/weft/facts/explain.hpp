// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/machine.hpp>

namespace weft::ir {

/// What a program does: its steps with axes, FLOPs, bytes and place in the arena; what is stored and why; what backward
/// keeps. Without inputs, what depends on extents that each call binds is left out.
std::string explain(const program_data& p, const std::vector<tensor_ref>* inputs, int real_size);
/// Whether a value with both axes is stored, found while the program runs.
bool materializes(const program_data& p, axis_ref a, axis_ref b);
} // namespace weft::ir
