// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/builder.hpp>

#include <deque>
#include <string>

namespace weft::ir {

/// A graph that was read, with the axes and labels that its nodes point at.
struct read_graph {
  std::deque<axis_data> axes;
  std::deque<std::string> names;
  builder graph{64};
};

/// Reads what `to_text` writes (grammar: docs/reference.md); `ops` are those that the text may name besides a graph's
/// own nodes. An axis without an extent is a sequence, one with an extent a feature. Lines that begin with # are
/// skipped. Throws `error` with the line's number: a text that does not fit the grammar, an unknown op or value, axes
/// or kinds other than the op gives.
read_graph read_text(std::string_view text, range<const op_def*> more = {});
} // namespace weft::ir
