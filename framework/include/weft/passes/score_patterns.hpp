// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/axis_set.hpp>

/// What score spaces are recognised by: structure read off the nodes alone. Nothing is changed.
namespace weft::ir {

/// Of node i = exp(x - s), where s is made by maps and numbers alone from one maximum of the same x: that maximum, else
/// -1. A sum of i times anything can be accumulated before the maximum is known: it is rescaled as the maximum grows.
constexpr int running_maximum(graph_view g, int i) {
  if (!g.nodes.at[i].op->is(trait::exponential)) return -1;
  const int difference = g.in(i, 0);
  if (!g.nodes.at[difference].op->is(trait::subtraction)) return -1;
  int todo[8]{g.in(difference, 1)}, waiting = 1, found = -1;
  for (int looked_at = 0; waiting && looked_at < 8; looked_at++) {
    const int k = todo[--waiting];
    const node& x = g.nodes.at[k];
    if (x.op->is(trait::maximum)) {
      if (found >= 0 && found != k) return -1;
      found = k;
    } else if (x.op->how == form::map || x.op->how == form::view) {
      for (int j = 0; j < x.count && waiting < 8; j++) todo[waiting++] = g.in(x, j);
    } else if (x.op->how != form::constant) return -1;
  }
  return !waiting && found >= 0 && g.in(found, 0) == g.in(difference, 0) ? found : -1;
}

/// Which operand a selection against 0 lets through, else -1.
constexpr int selected_against_zero(graph_view g, int i) {
  if (!g.nodes.at[i].op->is(trait::selection)) return -1;
  for (int j = 1; j < 3; j++) {
    const node& other = g.nodes.at[g.in(i, 3 - j)];
    if (other.op->how == form::constant && other.at.value == 0) return j;
  }
  return -1;
}

/// The axes that a reduction, product or scatter sums or compares along.
constexpr axis_set reduced_axes(graph_view g, int i, range<axis_set> sets) {
  axis_set all = 0;
  for (int j = 0; j < g.nodes.at[i].count; j++) all |= sets.at[g.in(i, j)];
  return all & ~sets.at[i];
}
} // namespace weft::ir
