// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/plan.hpp>

#include <string>

namespace weft::ir {

/// The graph as typed text, one line a node; the grammar is in docs/reference.md. Stable: tests compare it.
///   %4: real[batch, query, key] = contract %0 %3 over [d] times 0.125
std::string to_text(graph_view g);
/// One step a line, the passes of regions below it.
std::string to_text(graph_view g, const plan_view& p);
/// The graph for Graphviz.
std::string to_dot(graph_view g);
} // namespace weft::ir
