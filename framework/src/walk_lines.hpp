// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "walk_states.hpp"

#include <weft/kernel/general.hpp>

#include <algorithm>

namespace weft::ir {

/// Gathers and scatters of a tile whose ids move by one along the lanes (tile_line).
template <class T> struct walk_lines : walk_states<T> {
  using states = walk_states<T>;
  using states::c, states::here, states::scratch, states::place_of;
  using states::walk_states;

  void along_line(const prepared_tiles& p, const std::vector<void*>& storage, const tile_line& d) {
    const long reach = (here.rows - 1) * d.slope(), first = std::min(0l, reach);
    const long last = std::max(0l, reach) + here.lanes - 1, at_zero = id_at_zero(d);
    const long extent = c.extents->of(d.axis);
    for (const long k : {first, last})
      if (const long id = at_zero + d.lane * k; id < 0 || id >= extent)
        refuse_id(p.g[d.node].op->name, id, d.axis, extent);
    T* line = reinterpret_cast<T*>(scratch + d.offset);
    const T* from = reinterpret_cast<const T*>(place_of(p, storage, d.other));
    if (d.state < 0) {
      for (long k = first; k <= last; k++) line[k] = from[(at_zero + d.lane * k) * d.stride];
      std::fill_n(line + last + 1, c.width - here.lanes, T(0)); // for lanes beyond those in use
      return;
    }
    for (long t = 0; t < d.turns; t++) std::fill(line + t * d.length + first, line + t * d.length + last + 1, T(0));
    const long row = this->stride_of(p, d.other, c.s->inner), step = this->stride_of(p, d.other, c.s->outer);
    for (long j = 0; j < here.rows; j++)
      add_row(line + j % d.turns * d.length + j * d.slope(), from + j * row, step, here.lanes);
    T* to = this->added_to(c.states[static_cast<std::size_t>(d.state)]);
    for (long k = first; k <= last; k++) {
      T sum = line[k];
      for (long t = 1; t < d.turns; t++) sum += line[k + t * d.length];
      to[(at_zero + d.lane * k) * d.stride] += sum;
    }
  }

private:
  long id_at_zero(const tile_line& d) const { return d.lane * here.outer + d.row * here.inner + d.constant; }
  static void add_row(T* to, const T* from, long step, long n) {
    long i = 0;
    if (step == 1)
      for (; i + lanes<T> <= n; i += lanes<T>) store(to + i, load(to + i) + load(from + i));
    for (; i < n; i++) to[i] += from[i * step];
  }
};
} // namespace weft::ir
