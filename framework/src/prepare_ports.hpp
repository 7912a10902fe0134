// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "carver.hpp"
#include "stream.hpp"

#include <weft/passes/memory.hpp>

#include <algorithm>

namespace weft::ir {

/// What a walk reads, and what it keeps from tile to tile, prepared for given extents: before any tile is laid out.
struct port_preparation {
  graph_view g;
  const plan_view& plan;
  const tile_walk& s;
  const extent_table& extents;
  function_ref<region_memory(int)> memory; ///< of the graph's values
  stream_call c;
  tile_extents tile;
  arena_blocks arena;     ///< of a tile's values, in a worker's scratch
  std::vector<long> room; ///< bytes there of each value that has memory of its own

  port_preparation(graph_view graph, const plan_view& p, const tile_walk& walk, const extent_table& e,
                   function_ref<region_memory(int)> m)
      : g(graph), plan(p), s(walk), extents(e), memory(m) {}

  /// Whether what is added to a state is not made first: products and scattered values go there themselves.
  static bool adds_itself(graph_view tiles, const port& x) {
    const op_def& op = *tiles[x.tile].op;
    return op.how == form::contract || (op.is(trait::scattering) && x.factor < 0);
  }
  tile_part part_of(axis_ref a) const {
    return same(a, s.outer) ? tile_part::outer : same(a, s.inner) ? tile_part::inner : tile_part::whole;
  }
  long most(axis_ref a) const {
    const tile_part p = part_of(a);
    return p == tile_part::outer ? c.width : p == tile_part::inner ? c.rows : extents.of(a);
  }
  axes tile_axes(const axes& ax) const {
    axes r;
    for (axis_ref a : ax)
      if (!s.loops.has(a)) r.add(a);
    return r;
  }
  long stride_along(const region_memory& m, const axes& ax, axis_ref a) const {
    const int p = ax.find(a);
    return p < 0 ? 0 : m.strides.stride[p];
  }

  /// How many elements every block reads again.
  long read_again() const {
    long all = 0;
    for (const port& x : plan.ports_of(s.masked)) {
      const axes& ax = g[x.node].ax;
      if (!ax.has(s.inner) || ax.has(s.outer)) continue;
      long n = 1;
      for (axis_ref a : ax)
        if (!s.loops.has(a)) n *= extents.of(a);
      all += n;
    }
    return all;
  }
  void sizes(long width) {
    c.s = &s, c.extents = &extents;
    c.outer = extents.of(s.outer), c.inner = extents.of(s.inner);
    c.width = width, c.rows = 128;
    c.blocks = (c.outer + c.width - 1) / c.width;
    tile = {s.outer, s.inner, c.width, c.rows};
    for (axis_ref a : s.loops) c.loop.push_back(extents.of(a)), c.parallel.push_back(1);
    for (const port& x : plan.ports_of(s.masked))
      if (x.what != port::read)
        for (int i = 0; i < s.loops.n; i++)
          if (!g[x.node].ax.has(s.loops[i])) c.parallel[static_cast<std::size_t>(i)] = 0;
    for (std::size_t i = 0; i < c.loop.size(); i++) (c.parallel[i] ? c.parallel_total : c.serial_total) *= c.loop[i];
  }
  /// The axes besides the loops and the space's own: `a` steps through the value, `c` through a dense copy.
  std::vector<tile_loop> rest_of(const axes& ax, const region_memory& m, long& elements) const {
    std::vector<tile_loop> rest;
    for (int i = ax.n; i-- > 0;)
      if (axis_ref a = ax[i]; !s.loops.has(a) && part_of(a) == tile_part::whole) {
        rest.push_back({extents.of(a), tile_part::whole, m.strides.stride[i], 0, elements});
        elements *= rest.back().extent;
      }
    return rest;
  }
  int read_of(int node) {
    for (std::size_t i = 0; i < c.reads.size(); i++)
      if (c.reads[i].node == node) return static_cast<int>(i);
    stream_read r;
    r.node = node, r.from = memory(node);
    const axes& ax = g[node].ax;
    for (axis_ref a : s.loops) r.loop.push_back(stride_along(r.from, ax, a));
    r.step_outer = stride_along(r.from, ax, s.outer), r.step_inner = stride_along(r.from, ax, s.inner);
    const bool outer = ax.has(s.outer), inner = ax.has(s.inner);
    r.where = outer && inner ? stream_read::tile
              : outer        ? stream_read::outer
              : inner        ? stream_read::inner
                             : stream_read::fixed;
    r.ax = tile_axes(ax);
    r.rest = rest_of(ax, r.from, r.elements);
    c.reads.push_back(std::move(r));
    return static_cast<int>(c.reads.size()) - 1;
  }
  int pack_of(int read, bool lanes, double scale) {
    for (std::size_t i = 0; i < c.packs.size(); i++)
      if (c.packs[i].read == read && c.packs[i].lanes == lanes && c.packs[i].scale == scale) return static_cast<int>(i);
    c.packs.push_back({read, lanes, scale, 0});
    return static_cast<int>(c.packs.size()) - 1;
  }
  long rest_stride(const std::vector<tile_loop>& rest, const axes& whole, axis_ref a) const {
    std::size_t k = 0;
    for (int i = whole.n; i-- > 0;)
      if (!s.loops.has(whole[i]) && part_of(whole[i]) == tile_part::whole) {
        if (same(whole[i], a)) return rest[k].c;
        k++;
      }
    return 0;
  }

  int state_of(const port& x, graph_view tiles) {
    for (std::size_t i = 0; i < c.states.size(); i++)
      if (c.states[i].node == x.node) return static_cast<int>(i);
    stream_state y;
    y.what = x.what, y.node = x.node, y.to = memory(x.node);
    const node& n = g[x.node];
    y.k = n.k;
    for (axis_ref a : s.loops) y.loop.push_back(stride_along(y.to, n.ax, a));
    y.outer = n.ax.has(s.outer), y.inner = n.ax.has(s.inner);
    for (axis_ref a : n.ax) y.empty = y.empty || extents.of(a) == 0;
    y.step_outer = stride_along(y.to, n.ax, s.outer), y.step_inner = stride_along(y.to, n.ax, s.inner);
    y.ax = tile_axes(n.ax);
    y.rest = rest_of(n.ax, y.to, y.elements);
    if (x.what == port::merge) y.combine = tiles[x.tile].op, y.neutral = y.combine->neutral;
    if (x.what == port::add && tiles[x.tile].op->how == form::contract) y.scale = tiles[x.tile].at.value;
    if (x.what != port::keep) {
      if (y.outer) {
        for (tile_loop& l : y.rest) l.c *= c.width;
        y.size = y.elements * c.width;
      } else {
        // [serial loops][inner][rest], the rest in the order of the result's axes
        long all = y.elements;
        y.size = all * (y.inner ? c.inner : 1);
        y.serial.assign(c.loop.size(), 0);
        for (std::size_t i = c.loop.size(); i-- > 0;)
          if (!c.parallel[i] && n.ax.has(s.loops[static_cast<int>(i)])) y.serial[i] = y.size, y.size *= c.loop[i];
        y.in_place = y.scale == 1 && (!y.inner || y.step_inner == y.elements);
        for (const tile_loop& l : y.rest) y.in_place = y.in_place && l.a == l.c;
        for (std::size_t i = 0; i < c.loop.size(); i++)
          y.in_place = y.in_place && (!y.serial[i] || y.serial[i] == y.loop[i]);
      }
    }
    c.states.push_back(std::move(y));
    return static_cast<int>(c.states.size()) - 1;
  }

  /// The chunks that outer blocks are cut into, each with states of its own where they lack the outer axis. Extents
  /// decide, never the number of threads.
  void cut() {
    bool shared = false, ordered = false;
    for (const port& x : plan.ports_of(s.masked)) {
      if (x.what == port::read || g[x.node].ax.has(s.outer)) continue;
      shared = true;
      ordered = ordered || x.what == port::merge || x.factor >= 0;
    }
    c.chunks = !shared ? c.blocks : ordered || c.parallel_total >= 4 ? 1 : std::min(4l, c.blocks);
    c.chunks = std::max(1l, c.chunks);
  }
  long state_stride(const stream_state& y, axis_ref a) const {
    if (part_of(a) == tile_part::outer) return 1;
    if (part_of(a) == tile_part::inner) return y.elements;
    return rest_stride(y.rest, g[y.node].ax, a);
  }
};
} // namespace weft::ir
