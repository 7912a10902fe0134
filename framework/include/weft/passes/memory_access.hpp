// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/plan.hpp>

/// Which step reads and writes what, and how large values are.
namespace weft::ir {

/// Calls f(node) for every value that a step reads from memory, as it reads it (perhaps a view).
template <class F> constexpr void each_value_read(graph_view g, const plan_view& p, const step& s, F f) {
  if (s.what == step::run_stream) {
    for (const port& x : p.ports_of(p.streams[s.id].masked))
      if (x.what == port::read) f(x.node);
    return;
  }
  if (s.what != step::run_region) {
    for (int j = 0; j < g[s.id].count; j++) f(g.in(s.id, j));
    return;
  }
  const region& x = p.regions[s.id];
  for (int k = 0; k < x.passes; k++) {
    const region_pass& pass = p.passes[x.first_pass + k];
    for (int i = 0; i < pass.loads; i++)
      if (const slot& l = p.slots[pass.first_slot + i]; l.where == slot::value) f(l.id);
  }
}

/// Calls f(node) for every node whose memory a step reads, and w(node) for every one that it writes.
template <class Reads, class Writes> constexpr void each_access(graph_view g, const plan_view& p, const step& s,
                                                                Reads r, Writes w) {
  each_value_read(g, p, s, [&](int i) { r(storage_of(g, i)); });
  if (s.what == step::run_stream) {
    for (const port& x : p.ports_of(p.streams[s.id].masked))
      if (x.what != port::read) w(x.node);
    return;
  }
  if (s.what != step::run_region) return w(s.id);
  const region& x = p.regions[s.id];
  for (int k = 0; k < x.passes; k++) {
    const region_pass& pass = p.passes[x.first_pass + k];
    for (int i = pass.slots() - pass.stores; i < pass.slots(); i++)
      if (const slot& l = p.slots[pass.first_slot + i]; l.where == slot::value) w(l.id);
  }
  for (int i = 0; i < x.exits; i++) w(p.exits[x.first_exit + i].node);
}

/// The product of the extents.
constexpr long elements_of(const axes& ax, const extents_of& extent) {
  long n = 1;
  for (axis_ref a : ax) n *= extent(a);
  return n;
}
/// Bytes of a value where reals (and integers) have `real_size`, rounded up so that whole packets can be read.
constexpr long bytes_of(const node& x, const extents_of& extent, int real_size) {
  const long bytes = elements_of(x.ax, extent) * (x.k == boolean ? 1 : real_size);
  return (bytes + 127) / 64 * 64;
}

} // namespace weft::ir
