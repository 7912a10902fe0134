// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "walk_place.hpp"

#include <weft/run/function_ref.hpp>

#include <limits>

namespace weft::ir {

/// The range of a value of which nothing is known.
inline constexpr interval all_values{-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity(),
                                     true};

/// Finds which values' ranges depend on where a tile is, which values can show that nothing leaves, and whether tiles
/// can be skipped at all. `ports`: of the masked program.
void prepare_ranges(stream_call& c, range<port> ports);
/// Lists what tiles hold, if their place in the space alone decides it.
void schedule_tiles(stream_call& c);

/// What is known of tiles before they are computed: intervals that hold the values of the masked program.
struct tile_ranges : walk_place {
  explicit tile_ranges(const walk_place& place) : walk_place(place) {}

  /// Calls f with what the block at hand holds, row by row, tiles that change nothing left out.
  void each_run(function_ref<void(const tile_run&)> f);
  void go_to_block(long b) { here.outer = b * c.width, here.lanes = std::min(c.width, c.outer - here.outer); }

private:
  void halve(row_span rows, function_ref<void(const tile_run&)> f);
  tile_run by_parts(row_span rows);
  void trim(row_span& rows);
  /// The ranges of what the masked program computes in some rows of the block.
  void find(row_span rows);
  /// Whether no state changes in these rows.
  bool is_nothing(row_span rows);
  /// Whether no mask touches the rows whose ranges were found last; whether all hide them.
  bool is_clear() const;
  bool is_hidden() const;
  interval of_index(axis_ref a, row_span rows) const;
  interval of_input(int i, row_span rows) const;
};
} // namespace weft::ir
