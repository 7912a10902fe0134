// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "carver.hpp"
#include "lanes_of_memory.hpp"
#include "tile_ranges.hpp"

#include <algorithm>

namespace weft::ir {

/// n values of each row, times a number.
template <class T> struct scaling {
  T* values;
  long rows, row, n;
  T by;
  void operator()() const {
    for (long i = 0; i < rows; i++)
      for (long j = 0; j < n; j++) values[i * row + j] *= by;
  }
};

/// sum = sum * factor + more, n values.
template <class T> struct adding {
  T* sum;
  const T *more, *factor; ///< or null
  long n, step, more_step, factor_step;
  void operator()() const {
    long i = 0;
    if (step == 1 && more_step == 1 && factor_step == 1)
      for (; i + lanes<T> <= n; i += lanes<T>) {
        const packet<T> v = load(sum + i);
        store(sum + i, (factor ? v * load(factor + i) : v) + load(more + i));
      }
    for (; i < n; i++) {
      T& v = sum[i * step];
      v = (factor ? v * factor[i * factor_step] : v) + more[i * more_step];
    }
  }
};

/// What a walk keeps from tile to tile, and how it gets from there to the results. A state with the outer axis is one
/// block's, in the worker's scratch; another one a chunk's, in memory of the task or where the result lies.
template <class T> struct walk_states : tile_ranges {
  char* shared;
  char* scratch; ///< of this worker
  long task = 0, chunk = 0;
  bool second = false; ///< which of its two places a merged outer state is in

  walk_states(const walk_place& place, char* of_task, char* of_worker)
      : tile_ranges(place), shared(of_task), scratch(of_worker) {}

  T* outer_state(const stream_state& y, bool second) const {
    return reinterpret_cast<T*>(scratch + y.offset +
                                (second ? whole_lines(y.size * static_cast<long>(sizeof(T)) + 64) : 0));
  }
  T* own_state(const stream_state& y, long of_chunk) const {
    if (of_chunk == 0 && y.in_place) {
      long o = y.to.offset;
      for (std::size_t i = 0; i < loops; i++)
        if (c.parallel[i]) o += at[i] * y.loop[i];
      return static_cast<T*>(memory[y.to.storage]) + o;
    }
    return reinterpret_cast<T*>(shared) + (task * c.chunks + of_chunk) * c.chunk_elements + y.offset;
  }
  /// A state without the outer axis at the coordinates of the serial loops.
  T* inner_state(const stream_state& y) const {
    T* p = own_state(y, chunk);
    for (std::size_t i = 0; i < loops; i++) p += at[i] * y.serial[i];
    return p;
  }
  /// Where a tile's share of a sum goes.
  T* added_to(const stream_state& y) const {
    return y.outer ? outer_state(y, false) : inner_state(y) + (y.inner ? here.inner * y.elements : 0);
  }
  /// What a state is before anything is added to it.
  static T nothing(const stream_state& y) { return bits_as<T>(neutral_bits<T>(y.neutral, y.k)); }
  void start_states(bool outer) {
    for (const stream_state& y : c.states)
      if (y.what != port::keep && y.outer == outer) {
        T* state = outer ? outer_state(y, false) : own_state(y, chunk);
        act(onto, [=, n = y.size, value = nothing(y)] { fill_lanes(state, n, value); });
      }
  }
  /// What a sum so far is multiplied by, or null.
  static const T* factor_of(const std::vector<void*>& storage, int node) {
    return node < 0 ? nullptr : static_cast<const T*>(storage[static_cast<std::size_t>(node)]);
  }
  /// state = state * factor + tile.
  void add(const prepared_tiles& p, const std::vector<void*>& storage, const tile_sum& x) {
    const stream_state& y = c.states[static_cast<std::size_t>(x.state)];
    const T* from = reinterpret_cast<const T*>(place_of(p, storage, x.node));
    const T* factor = factor_of(storage, x.factor);
    T* to = added_to(y);
    // the state's other axes are dense in the order of its result's; tile and factor have strides of their own
    const std::vector<tile_loop>& rest = rest_of(p, y, x.node, x.factor);
    // lanes of a state with the outer axis, rows of one with the inner axis, or one value
    adding<T> what{to, from, factor, 1, 1, 1, 1};
    if (y.outer) what.n = here.lanes;
    else if (y.inner) {
      what.n = here.rows, what.step = y.elements, what.more_step = stride_of(p, x.node, c.s->inner);
      what.factor_step = factor ? stride_of(p, x.factor, c.s->inner) : 0;
    }
    each(rest, [&](long a, long b, long t) {
      adding<T> one = what;
      one.sum += t, one.more += a, one.factor += factor ? b : 0;
      adding<T>* kept = act(onto, one);
      if (!kept) return;
      follow(kept->more, p, storage, x.node), follow_sum(kept->sum, x.state);
      if (factor) follow(kept->factor, p, storage, x.factor);
    });
  }
  void keep(const prepared_tiles& p, const std::vector<void*>& storage, std::size_t k) {
    const stream_state& y = c.states[k];
    const region_memory& m = p.memory[static_cast<std::size_t>(p.kept[k])];
    const auto size = static_cast<long>(size_of(m.type));
    char* to = base(y.to, y.loop) + (here.outer * y.step_outer + here.inner * y.step_inner) * size;
    const char* from = place_of(p, storage, p.kept[k]);
    const long row = stride_of(p, p.kept[k], c.s->inner), lane = stride_of(p, p.kept[k], c.s->outer);
    const std::vector<tile_loop>& rest = rest_of(p, y, p.kept[k]);
    for (std::size_t j = 0; j < rest.size(); j++) w.rest[j].b = y.rest[j].a;
    each(rest, [&](long a, long b, long) {
      act(onto, [=, to_row = y.step_inner, to_lane = y.step_outer, rows = here.rows, lanes = here.lanes] {
        copy_elements(from + a * size, row, lane, to + b * size, to_row, to_lane, rows, lanes,
                      static_cast<std::size_t>(size));
      });
    });
  }

  /// The other axes of a state, `a` stepping through a tile's value, `b` through a second one.
  const std::vector<tile_loop>& rest_of(const prepared_tiles& p, const stream_state& y, int i, int second = -1) {
    w.rest = y.rest;
    std::size_t k = 0;
    for (int j = y.ax.n; j-- > 0;)
      if (axis_ref a = y.ax[j]; !same(a, c.s->inner) && !same(a, c.s->outer)) {
        w.rest[k].a = stride_of(p, i, a), w.rest[k].b = second < 0 ? 0 : stride_of(p, second, a);
        k++;
      }
    return w.rest;
  }
  void copy_merged(const prepared_tiles& p, const std::vector<void*>& storage, std::size_t k) {
    const stream_state& y = c.states[k];
    const auto now = static_cast<std::size_t>(p.merge_now[k]);
    T* to = added_to(y);
    const T* from = static_cast<const T*>(storage[now]);
    const long step = y.inner ? stride_of(p, p.merge_now[k], c.s->inner) : 0;
    const std::vector<tile_loop>& rest = rest_of(p, y, p.merge_now[k]);
    each(rest, [&](long a, long, long t) {
      act(onto, [=, n = y.inner ? here.rows : 1, row = y.elements] {
        for (long j = 0; j < n; j++) to[j * row + t] = from[a + j * step];
      });
    });
  }

  /// What is written once a block: the states with the outer axis.
  void finish_block() {
    for (const stream_state& y : c.states) {
      if (y.what == port::keep || !y.outer) continue;
      bool first = true; // of the blocks that add to one result
      for (std::size_t i = 0; i < loops; i++) first = first && (y.loop[i] != 0 || at[i] == 0 || c.loop[i] == 1);
      T* state = outer_state(y, y.what == port::merge && second);
      if (y.scale != 1) act(onto, scaling<T>{state, 1, 0, y.size, static_cast<T>(y.scale)});
      T* to = reinterpret_cast<T*>(base(y.to, y.loop)) + here.outer * y.step_outer;
      const bool one = y.rest.size() == 1;
      each(one ? no_loops : y.rest, [&](long a, long, long t) {
        tile::unpacking<T> u;
        u.tile = state + t, u.width = c.width, u.rows = one ? y.rest[0].extent : 1, u.lanes = here.lanes;
        u.to = to + a, u.to_row = one ? y.rest[0].a : 0, u.to_lane = y.step_outer;
        u.add = y.what == port::add && !first;
        act(onto, [u] { tile::unpack(u); });
      });
    }
  }

  /// What is made along a loop without coordinates: nothing was added up.
  void write_neutral() const {
    for (const stream_state& y : c.states) {
      if (y.empty) continue;
      std::array<tile_loop, 2 * max_rank> all; // a loop for each axis of the result at most
      std::size_t n = 0;
      for (const tile_loop& l : y.rest) all[n++] = l;
      const auto add = [&](long extent, long step) {
        if (step) all[n++] = {extent, tile_part::whole, step};
      };
      add(c.outer, y.step_outer), add(c.inner, y.step_inner);
      for (std::size_t i = 0; i < loops; i++) add(c.loop[i], y.loop[i]);
      T* to = static_cast<T*>(memory[y.to.storage]) + y.to.offset;
      each({all.data(), n}, [&](long a, long, long) { to[a] = nothing(y); });
    }
  }
  /// Writes what the chunks of a task have found to its results.
  void finish_task() {
    for (const stream_state& y : c.states) {
      if (y.what == port::keep || y.outer) continue;
      T* all = own_state(y, 0);
      for (long k = 1; k < c.chunks; k++) {
        const T* more = own_state(y, k);
        act(onto, [=, n = y.size] {
          for (long i = 0; i < n; i++) all[i] += more[i];
        });
      }
      if (y.in_place) continue;
      for (long k = 0; k < c.serial_total; k++) {
        long rest = k;
        bool mine = true;
        for (std::size_t i = loops; i-- > 0;)
          if (!c.parallel[i]) {
            at[i] = rest % c.loop[i], rest /= c.loop[i];
            mine = mine && (y.serial[i] != 0 || at[i] == 0 || c.loop[i] == 1);
          }
        if (!mine) continue;
        T* to = reinterpret_cast<T*>(base(y.to, y.loop));
        const T* from = all;
        for (std::size_t i = 0; i < loops; i++) from += at[i] * y.serial[i];
        each(y.rest, [&](long a, long, long t) {
          act(onto,
              [=, n = y.inner ? c.inner : 1, to_row = y.step_inner, row = y.elements, by = static_cast<T>(y.scale)] {
                for (long j = 0; j < n; j++) to[j * to_row + a] = from[j * row + t] * by;
              });
        });
      }
    }
  }
};

} // namespace weft::ir
