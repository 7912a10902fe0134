// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/delay_sums.hpp>
#include <weft/passes/expand.hpp>
#include <weft/passes/fuse.hpp>
#include <weft/passes/move_views.hpp>
#include <weft/passes/part_joins.hpp>
#include <weft/passes/reassociate.hpp>
#include <weft/passes/scale_products.hpp>
#include <weft/passes/simplify.hpp>
#include <weft/passes/stream.hpp>

namespace weft::ir {

/// A pass: one graph in, one graph out.
struct pass {
  std::string_view name;
  void (*run)(graph_view, builder&);
  bool (*applies)(graph_view) = nullptr; ///< false: `run` would only copy
  bool joined = false; ///< runs in the constant of the pass before it, which always runs: cheaper than one of its own
};

/// The one place where the order is decided; `fuse` then makes a plan of what they leave.
inline constexpr pass pipeline[]{
    {"simplify", simplify}, // shares what differentiation repeated, before anything counts uses
    {"part_joins", part_joins, can_part_joins, true}, // leaves scores that were laid end to end apart
    {"move_views", move_views, can_move_views, true}, // leaves tiles that need no view of their values
    {"reassociate", reassociate, can_reassociate},    // decides which products exist
    {"delay_sums", delay_sums, can_delay_sums},       // leaves to each score space the sums that its tiles can do
    {"stream", stream},                               // decides what leaves each score space in which walk
    {"scale_products", scale_products},               // needs the final products
    {"expand", expand, nullptr, true},                // after all that reads an op's traits
    {"simplify", simplify, nullptr, true},            // shares what expanding repeated; leaves no unused node
};
inline constexpr int pipeline_length = static_cast<int>(std::size(pipeline));
static_assert(
    [] {
      for (int i = 0; i < pipeline_length; i++)
        if (pipeline[i].joined && (i == 0 || (pipeline[i - 1].applies && !pipeline[i - 1].joined))) return false;
      return true;
    }(),
    "the pass that others are joined to always runs");
} // namespace weft::ir
