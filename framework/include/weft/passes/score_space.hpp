// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/axis_set.hpp>

/// Score spaces: pairs of sequence axes that products of a graph span, and what is never stored because it has both.
///   birth      a real value with both axes, none of whose operands has both, and whose operands bring data of both
///              (a product of anything, where another birth has the same two)
///   region     a value with both axes made from births: it exists only as a tile
///   exit       a reduction, product or scatter of region values whose result lacks one of the axes
///   component  exits joined by the births that they are made of
///   level      of an exit: how many passes over its own component must be complete before it can be accumulated
///   stream     the exits of one component at one level: one walk over the tiles of the space
namespace weft::ir {

/// The value that node i shows, without the views that leave every axis its name and its places.
constexpr int unviewed(graph_view g, int i) {
  while (g.nodes.at[i].op->is(trait::keeps_axes | trait::identity)) i = g.in(i, 0);
  return i;
}
/// The value that node x compares with a reduction of it, as the derivative of a maximum does, or -1. Such a value must
/// be made in one way alone: rounded in another, it would be equal to nothing.
constexpr int compared_with_reduction(graph_view g, const node& x) {
  if (x.op->rule != kinds::compare) return -1;
  for (int j = 0; j < x.count; j++)
    if (const node& m = g.nodes.at[unviewed(g, g.in(x, j))]; m.op->how == form::reduce)
      for (int l = 0; l < x.count; l++)
        if (const int o = unviewed(g, g.in(m, 0)); unviewed(g, g.in(x, l)) == o) return o;
  return -1;
}

/// The walk over a component's tiles that accumulates all its exits of one level.
struct score_stream {
  axis_ref r = nullptr, c = nullptr;
  int component = 0, level = 0;
  int first = 0, count = 0; ///< of `score_spaces::exits`
};

struct score_spaces {
  axis_numbers names;
  list<axis_set> sets;        ///< the axes of each node
  list<axis_set> pairs;       ///< the pairs of axes that births span
  list<axis_set> pair;        ///< of each node: the pair that it has, if it is computed by tiles, else none
  list<axis_set> summed;      ///< of exits that read no region value, but one that is recomputed: its pair
  list<bool> region;          ///< made from births: never stored unless `stored`
  list<bool> recomputed;      ///< has both axes, made from no birth (a mask): computed again wherever it is read
  list<bool> stored;          ///< a region value that an output, or an op that needs all of it, reads
  list<int> component;        ///< of region values and exits, else -1
  list<int> stream;           ///< of exits and stored values, else -1
  list<int> running;          ///< of exits: the exponential among its factors whose maximum runs along, else -1
  list<int> exits;            ///< and stored values: of each stream together, in the order of the graph
  list<score_stream> streams; ///< in an order in which they can run
  int components = 0;
  /// Whether tiles of a component compute it: they read the values of other components, which are stored.
  constexpr bool computes(int of, int i) const { return recomputed.at[i] || (region.at[i] && component.at[i] == of); }
  /// The region value that a view shows: it has no memory of its own.
  constexpr int shown(graph_view g, int i) const {
    while (region.at[i] && g.nodes.at[i].op->how == form::view && region.at[g.in(i, 0)]) i = g.in(i, 0);
    return i;
  }
};
} // namespace weft::ir
