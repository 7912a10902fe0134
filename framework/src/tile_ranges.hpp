// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "walk_place.hpp"

#include <limits>

namespace weft::ir {

/// The range of a value of which nothing is known.
inline constexpr interval all_values{-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};

/// Finds which values' ranges depend on where a tile is, which values can show that nothing leaves, and whether tiles
/// can be skipped at all. `ports`: of the masked program.
void prepare_ranges(stream_call& c, range<port> ports);

/// What is known of a tile before it is computed: intervals that hold the values of the masked program.
struct tile_ranges : walk_place {
  /// The ranges of what the masked program computes in some rows of the block.
  void find(long inner, long rows);
  /// Whether no state changes in these rows.
  bool is_nothing(long inner, long rows);
  /// Whether no mask touches the rows whose ranges were found last.
  bool is_clear() const;

private:
  interval of_index(axis_ref a, long inner, long rows) const;
  interval of_input(int i, long inner, long rows) const;
};
} // namespace weft::ir
