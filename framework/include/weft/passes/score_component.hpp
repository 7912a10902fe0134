// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/score_planner.hpp>

namespace weft::ir {

/// What a component's terms stand for in a graph.
struct score_component {
  int planner = -1;  ///< the one that planned this component, or an equal one before it
  list<int> slots;   ///< of outside terms: the values that they are
  list<int> sources; ///< of terms of other ops: nodes with their op and attributes
  list<int> members; ///< region values and exits, in order
  list<int> roots;   ///< exits and stored values that others read: as the planner's roots
  list<int> made;    ///< of each term: its value in the new graph, -1 not yet
};
} // namespace weft::ir
