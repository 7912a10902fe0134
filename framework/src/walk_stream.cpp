// SPDX-License-Identifier: BSL-1.0
#include "stream.hpp"

#include <weft/graph/structural.hpp>
#include <weft/kernel/general.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace weft::ir {
namespace {

const std::vector<tile_loop> none;
constexpr interval anything{-infinity, infinity};

/// The tile at hand.
struct tile_place {
  long outer = 0, lanes = 0; ///< lanes [outer, outer + lanes) of the outer axis
  long inner = 0, rows = 0;  ///< and rows of the inner one
};

/// Calls f(offsets a, b, c) for every coordinate of the loops.
template <class F> void each(const std::vector<tile_loop>& loops, std::size_t i, long a, long b, long c, const F& f) {
  if (i == loops.size()) return f(a, b, c);
  const tile_loop& l = loops[i];
  for (long k = 0; k < l.extent; k++) each(loops, i + 1, a + k * l.a, b + k * l.b, c + k * l.c, f);
}

/// Copies rows x lanes elements of any type.
void copy_elements(const char* from, long from_row, long from_lane, char* to, long to_row, long to_lane, long rows,
                   long lanes, std::size_t size) {
  const auto copy = [&](auto zero) {
    using S = decltype(zero);
    const S* f = reinterpret_cast<const S*>(from);
    S* t = reinterpret_cast<S*>(to);
    for (long r = 0; r < rows; r++)
      for (long l = 0; l < lanes; l++) t[r * to_row + l * to_lane] = f[r * from_row + l * from_lane];
  };
  if (size == 8) copy(std::uint64_t{});
  else if (size == 4) copy(std::uint32_t{});
  else copy(std::uint8_t{});
}

template <class T> struct walk {
  stream_call& c;
  const plan_view& plan;
  const region_kernel<T>* kernels;
  void* const* memory; ///< of the graph's nodes
  char* shared;
  char* scratch; ///< of this worker
  stream_worker& w;
  std::vector<long>::size_type loops = c.loop.size();
  long at[max_rank]{}; ///< coordinates on the loops
  long task = 0, chunk = 0;
  tile_place here{};

  char* base(const region_memory& m, const std::vector<long>& loop) const {
    long o = m.offset;
    for (std::size_t i = 0; i < loops; i++) o += at[i] * loop[i];
    return static_cast<char*>(memory[m.storage]) + o * static_cast<long>(size_of(m.type));
  }
  T* outer_state(const stream_state& y, bool second) const {
    return reinterpret_cast<T*>(scratch + y.offset +
                                (second ? (y.size * static_cast<long>(sizeof(T)) + 127) / 64 * 64 : 0));
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
  bool second = false; ///< which of its two places a merged outer state is in
  bool counts = false; ///< counts tiles and does nothing else

  /// Where values lie that the worker's scratch holds.
  void use_scratch() {
    if (w.scratch == scratch) return;
    w.scratch = scratch;
    for (int k = 0; k < 2; k++) {
      const prepared_tiles& p = c.program[k];
      for (std::size_t i = 0; i < p.memory.size(); i++)
        if (p.offset[i] >= 0) w.storage[k][i] = scratch + p.offset[i];
        else if (p.pack[i] >= 0) w.storage[k][i] = scratch + c.packs[static_cast<std::size_t>(p.pack[i])].offset;
    }
  }
  void start_task() {
    use_scratch();
    for (const stream_state& y : c.states)
      if (y.what != port::keep && !y.outer) std::fill_n(own_state(y, chunk), y.size, static_cast<T>(y.neutral));
  }
  void start_block() {
    second = false;
    for (const stream_state& y : c.states)
      if (y.what != port::keep && y.outer) std::fill_n(outer_state(y, false), y.size, static_cast<T>(y.neutral));
    for (const stream_pack& k : c.packs) {
      const stream_read& r = c.reads[static_cast<std::size_t>(k.read)];
      const auto size = static_cast<long>(size_of(r.from.type));
      const char* from = base(r.from, r.loop) + here.outer * r.step_outer * size;
      char* to = scratch + k.offset;
      if (r.from.type != dtype_of<T>) {
        std::memset(to, 0, static_cast<std::size_t>(r.elements * c.width * size));
        each(r.rest, 0, 0, 0, 0, [&](long a, long, long t) {
          copy_elements(from + a * size, 0, r.step_outer, to + t * c.width * size, 0, 1, 1, here.lanes,
                        static_cast<std::size_t>(size));
        });
        continue;
      }
      // the longest of the other axes with the lanes, the rest one after another
      const bool one = r.rest.size() == 1;
      each(one ? none : r.rest, 0, 0, 0, 0, [&](long a, long, long t) {
        tile::packing<T> p;
        p.from = reinterpret_cast<const T*>(from) + a;
        if (k.lanes) {
          p.from_row = one ? r.rest[0].a : 0, p.from_lane = r.step_outer;
          p.rows = one ? r.rest[0].extent : 1, p.lanes = here.lanes;
          p.tile = reinterpret_cast<T*>(to) + t * c.width, p.width = c.width;
          p.scale = static_cast<T>(k.scale);
          tile::pack(p);
        } else {
          T* rows = reinterpret_cast<T*>(to) + t;
          const long n = one ? r.rest[0].extent : 1, step = one ? r.rest[0].a : 0;
          for (long l = 0; l < here.lanes; l++)
            for (long x = 0; x < n; x++)
              rows[l * r.elements + x] = p.from[l * r.step_outer + x * step] * static_cast<T>(k.scale);
        }
      });
    }
    for (int k = 0; k < 2; k++)
      for (int i : c.program[k].fixed) {
        const stream_read& r = c.reads[static_cast<std::size_t>(c.program[k].read[static_cast<std::size_t>(i)])];
        w.storage[k][static_cast<std::size_t>(i)] = base(r.from, r.loop);
      }
  }
  /// What is written once a block: the states with the outer axis.
  void finish_block() {
    for (const stream_state& y : c.states) {
      if (y.what == port::keep || !y.outer) continue;
      bool first = true; // of the blocks that add to one result
      for (std::size_t i = 0; i < loops; i++) first = first && (y.loop[i] != 0 || at[i] == 0 || c.loop[i] == 1);
      T* state = outer_state(y, y.what == port::merge && second);
      if (y.scale != 1)
        for (long i = 0; i < y.size; i++) state[i] *= static_cast<T>(y.scale);
      T* to = reinterpret_cast<T*>(base(y.to, y.loop)) + here.outer * y.step_outer;
      const bool one = y.rest.size() == 1;
      each(one ? none : y.rest, 0, 0, 0, 0, [&](long a, long, long t) {
        tile::unpacking<T> u;
        u.tile = state + t, u.width = c.width, u.rows = one ? y.rest[0].extent : 1, u.lanes = here.lanes;
        u.to = to + a, u.to_row = one ? y.rest[0].a : 0, u.to_lane = y.step_outer;
        u.add = y.what == port::add && !first;
        tile::unpack(u);
      });
    }
  }

  /// The ranges of what the masked program computes in a part of the tile's rows.
  void find_ranges(long inner, long rows) {
    const prepared_tiles& p = c.program[0];
    for (int i = 0; i < p.g.size(); i++) {
      interval& r = w.range[static_cast<std::size_t>(i)];
      r = anything;
      if (!p.varies[static_cast<std::size_t>(i)]) continue;
      const node& x = p.g[i];
      switch (x.op->how) {
      case form::constant: r = {x.at.value, x.at.value}; break;
      case form::extent: r.lo = r.hi = static_cast<double>(c.extents->of(x.at.axis)); break;
      case form::index: r = index_range(x.at.axis, inner, rows); break;
      case form::input: r = input_range(i, inner, rows); break;
      case form::view: r = w.range[static_cast<std::size_t>(p.g.in(x, 0))]; break;
      case form::map: {
        interval in[3]{};
        for (int j = 0; j < x.count && j < 3; j++) in[j] = w.range[static_cast<std::size_t>(p.g.in(x, j))];
        r = x.op->range(in, x.at);
        if (std::isnan(r.lo) || std::isnan(r.hi)) r = anything;
        break;
      }
      default: break;
      }
    }
  }
  interval index_range(axis_ref a, long inner, long rows) const {
    const auto span = [](long from, long n) {
      return interval{static_cast<double>(from), static_cast<double>(from + n - 1)};
    };
    if (same(a, c.s->outer)) return span(here.outer, here.lanes);
    if (same(a, c.s->inner)) return span(inner, rows);
    if (const int k = c.s->loops.find(a); k >= 0) return span(at[k], 1);
    return {0, infinity};
  }
  interval input_range(int i, long inner, long rows) const {
    const int k = c.program[0].read[static_cast<std::size_t>(i)];
    if (k < 0) return anything;
    const stream_read& r = c.reads[static_cast<std::size_t>(k)];
    if (r.where == stream_read::tile || !r.rest.empty()) return anything;
    const long n = r.where == stream_read::outer ? here.lanes : r.where == stream_read::inner ? rows : 1;
    const long first = r.where == stream_read::outer   ? here.outer * r.step_outer
                       : r.where == stream_read::inner ? inner * r.step_inner
                                                       : 0;
    const long step = r.where == stream_read::outer ? r.step_outer : r.step_inner;
    const char* from = base(r.from, r.loop);
    interval all{infinity, -infinity};
    with_type(r.from.type, [&](auto zero) {
      const auto* p = reinterpret_cast<const decltype(zero)*>(from) + first;
      for (long j = 0; j < n; j++) {
        const double v = static_cast<double>(p[j * step]);
        all.lo = std::min(all.lo, v), all.hi = std::max(all.hi, v);
      }
    });
    return all;
  }
  /// Whether no state changes in these rows.
  bool is_nothing(long inner, long rows) {
    find_ranges(inner, rows);
    const prepared_tiles& p = c.program[0];
    for (const auto& exits : p.exits) {
      bool nothing = exits.empty();
      for (const auto& e : exits) {
        const interval& r = w.range[static_cast<std::size_t>(e.node)];
        nothing = nothing || (r.lo == e.nothing && r.hi == e.nothing);
      }
      if (!nothing) return false;
    }
    return true;
  }
  bool is_clear() const {
    for (const mask& m : c.masks) {
      const interval& r = w.range[static_cast<std::size_t>(m.condition)];
      if (m.live ? r.lo != 1 : r.hi != 0) return false;
    }
    return true;
  }

  /// Tiles of rows [from, to): halves of what holds anything.
  void rows(long from, long to) {
    if (from >= to) return;
    if (!c.skips) {
      for (; from < to; from += c.rows) tile(from, std::min(c.rows, to - from));
      return;
    }
    if (is_nothing(from, to - from)) {
      w.tiles.skipped += (to - from + c.rows - 1) / c.rows;
      return;
    }
    if (to - from > c.rows) {
      const long half = from + ((to - from) / 2 + c.rows - 1) / c.rows * c.rows;
      rows(from, half);
      return rows(half, to);
    }
    if (is_clear()) return run(1, from, to - from);
    constexpr long step = 8;
    while (to - from > step && is_nothing(from, step)) from += step;
    while (to - from > step && is_nothing(to - step, step)) to -= step;
    run(0, from, to - from);
  }
  void tile(long from, long n) {
    if (c.masks.empty()) return run(0, from, n);
    find_ranges(from, n);
    run(is_clear() ? 1 : 0, from, n);
  }

  void run(int which, long inner, long rows) {
    (which == 0 && !c.masks.empty() ? w.tiles.partial : w.tiles.kept)++;
    if (counts) return;
    here.inner = inner, here.rows = rows;
    prepared_tiles& p = c.program[which];
    auto& storage = w.storage[which];
    for (int i : p.moving) {
      const stream_read& r = c.reads[static_cast<std::size_t>(p.read[static_cast<std::size_t>(i)])];
      if (r.where == stream_read::tile) copy_in(p, i, r);
      else
        storage[static_cast<std::size_t>(i)] =
            base(r.from, r.loop) + inner * r.step_inner * static_cast<long>(size_of(r.from.type));
    }
    for (int state : p.merging) {
      const auto k = static_cast<std::size_t>(state);
      const stream_state& y = c.states[k];
      const auto before = static_cast<std::size_t>(p.merge_before[k]), now = static_cast<std::size_t>(p.merge_now[k]);
      if (y.outer) storage[before] = outer_state(y, second), storage[now] = outer_state(y, !second);
      else storage[before] = added_to(y);
    }
    for (const tile_step& s : p.steps) {
      if (s.what == step::run_region) region(which, s.index);
      else if (s.what == step::run_product) product(p, storage, p.products[static_cast<std::size_t>(s.index)]);
      else general(p, storage, s);
    }
    for (const tile_sum& x : p.sums) add(p, storage, x);
    for (int k : p.merging)
      if (!c.states[static_cast<std::size_t>(k)].outer) copy_merged(p, storage, static_cast<std::size_t>(k));
    for (int k : p.keeping) keep(p, storage, static_cast<std::size_t>(k));
    second = !second;
  }
  void copy_in(const prepared_tiles& p, int i, const stream_read& r) {
    const auto size = static_cast<long>(size_of(r.from.type));
    const char* from = base(r.from, r.loop) + (here.outer * r.step_outer + here.inner * r.step_inner) * size;
    char* to = scratch + p.offset[static_cast<std::size_t>(i)];
    each(r.rest, 0, 0, 0, 0, [&](long a, long, long t) {
      copy_elements(from + a * size, r.step_inner, r.step_outer, to + t * c.width * c.rows * size, c.width, 1,
                    here.rows, here.lanes, static_cast<std::size_t>(size));
    });
  }
  /// Where a node's values begin, of a view in what it is a view of.
  static char* place_of(const prepared_tiles& p, const std::vector<void*>& storage, int i) {
    const region_memory& m = p.memory[static_cast<std::size_t>(i)];
    return static_cast<char*>(storage[static_cast<std::size_t>(m.storage)]) +
           m.offset * static_cast<long>(size_of(m.type));
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
    each(rest, 0, 0, 0, 0, [&](long a, long b, long) {
      copy_elements(from + a * size, row, lane, to + b * size, y.step_inner, y.step_outer, here.rows, here.lanes,
                    static_cast<std::size_t>(size));
    });
  }

  long coordinate(axis_ref a) const {
    if (same(a, c.s->outer)) return here.outer;
    if (same(a, c.s->inner)) return here.inner;
    const int k = c.s->loops.find(a);
    return k >= 0 ? at[k] : 0;
  }
  void region(int which, int index) {
    region_call& r = w.regions[which][static_cast<std::size_t>(index)];
    resize(r, {c.s->outer, c.s->inner, here.lanes, here.rows});
    for (const auto& [pass, s] : r.positions) {
      region_call::moving_slot& m = r.slots[static_cast<std::size_t>(pass)][static_cast<std::size_t>(s)];
      m.memory.offset = coordinate(m.what.axis);
    }
    run_region_at<T>(r, nullptr, plan, kernels, w.storage[which].data(), scratch + c.region_scratch);
  }
  long extent(const tile_loop& l) const { return part(l.part, l.extent); }
  long part(tile_part p, long whole) const {
    return p == tile_part::outer ? here.lanes : p == tile_part::inner ? here.rows : whole;
  }
  void product(const prepared_tiles& p, const std::vector<void*>& storage, const tile_product& x) {
    const auto operand = [&](int node, int pack) {
      return pack >= 0 ? reinterpret_cast<const T*>(scratch + c.packs[static_cast<std::size_t>(pack)].offset)
                       : reinterpret_cast<const T*>(place_of(p, storage, node));
    };
    const T *a = operand(x.a, x.pack_a), *b = operand(x.b, x.pack_b);
    T* to = x.state < 0 ? static_cast<T*>(storage[static_cast<std::size_t>(x.node)])
                        : added_to(c.states[static_cast<std::size_t>(x.state)]);
    const bool lanes_padded = x.lanes == tile_part::outer;
    tile::product<T> q;
    q.rows = extent(x.rows), q.steps = extent(x.steps);
    q.lanes = lanes_padded ? (here.lanes + weft::lanes<T> - 1) / weft::lanes<T> * weft::lanes<T>
                           : part(x.lanes, x.lane_extent);
    q.a_row = x.rows.a, q.a_step = x.steps.a, q.b_step = x.steps.b, q.c_row = x.rows.c;
    const tile::previous first = x.state < 0    ? tile::previous::overwrite
                                 : x.factor < 0 ? tile::previous::add
                                 : lanes_padded ? tile::previous::scale_lanes
                                                : tile::previous::scale_rows;
    loop(x.batch, 0, a, b, to, factor_of(storage, x.factor), [&](const T* pa, const T* pb, T* pc, const T* factor) {
      q.kept = first, q.factor = factor;
      loop(x.sums, 0, pa, pb, pc, factor, [&](const T* sa, const T* sb, T* sc, const T*) {
        q.a = sa, q.b = sb, q.c = sc;
        tile::multiply(q);
        q.kept = tile::previous::add;
      });
      if (x.alpha != 1)
        for (long i = 0; i < q.rows; i++)
          for (long j = 0; j < q.lanes; j++) pc[i * q.c_row + j] *= static_cast<T>(x.alpha);
    });
  }
  /// What a sum so far is multiplied by, or null.
  static const T* factor_of(const std::vector<void*>& storage, int node) {
    return node < 0 ? nullptr : static_cast<const T*>(storage[static_cast<std::size_t>(node)]);
  }
  template <class F> void loop(const std::vector<tile_loop>& loops, std::size_t i, const T* a, const T* b, T* to,
                               const T* factor, const F& f) {
    if (i == loops.size()) return f(a, b, to, factor);
    const tile_loop& l = loops[i];
    const long n = extent(l);
    for (long k = 0; k < n; k++)
      loop(loops, i + 1, a + k * l.a, b + k * l.b, to + k * l.c, factor ? factor + k * l.factor : factor, f);
  }
  tensor_ref reference(const prepared_tiles& p, const std::vector<void*>& storage, int i) const {
    const region_memory& m = p.memory[static_cast<std::size_t>(i)];
    tensor_ref t;
    t.type = m.type, t.ax = p.g[i].ax;
    for (int j = 0; j < t.ax.n; j++) {
      axis_ref a = t.ax[j];
      t.extent[j] = same(a, c.s->outer) ? here.lanes : same(a, c.s->inner) ? here.rows : c.extents->of(a);
      t.stride[j] = m.strides.stride[j];
    }
    t.data = place_of(p, storage, i);
    return t;
  }
  void general(const prepared_tiles& p, const std::vector<void*>& storage, const tile_step& s) {
    const node& x = p.g[s.index];
    for (int j = 0; j < x.count; j++) w.general_in[static_cast<std::size_t>(j)] = reference(p, storage, p.g.in(x, j));
    tensor_ref out = reference(p, storage, s.index);
    const bool adds = s.state >= 0;
    if (adds) out.data = added_to(c.states[static_cast<std::size_t>(s.state)]);
    x.op->run({x, w.general_in.data(), out, c.extents->resolver(), adds});
  }
  /// state = state * factor + tile.
  void add(const prepared_tiles& p, const std::vector<void*>& storage, const tile_sum& x) {
    const stream_state& y = c.states[static_cast<std::size_t>(x.state)];
    const T* from = reinterpret_cast<const T*>(place_of(p, storage, x.node));
    const T* factor = factor_of(storage, x.factor);
    T* to = added_to(y);
    // the state's other axes are dense in the order of its result's; tile and factor have strides of their own
    const std::vector<tile_loop>& rest = rest_of(p, y, x.node, x.factor);
    if (y.outer) {
      each(rest, 0, 0, 0, 0, [&](long a, long b, long t) {
        for (long i = 0; i < here.lanes; i++)
          to[t + i] = (factor ? to[t + i] * factor[b + i] : to[t + i]) + from[a + i];
      });
      return;
    }
    const long step = y.inner ? stride_of(p, x.node, c.s->inner) : 0;
    const long factor_step = y.inner && factor ? stride_of(p, x.factor, c.s->inner) : 0;
    for (long j = 0; j < (y.inner ? here.rows : 1); j++)
      each(rest, 0, 0, 0, 0, [&](long a, long b, long t) {
        T& v = to[j * y.elements + t];
        v = (factor ? v * factor[b + j * factor_step] : v) + from[a + j * step];
      });
  }
  /// The stride of a tile's value along an axis, 0 if it lacks it.
  static long stride_of(const prepared_tiles& p, int i, axis_ref a) {
    const int k = p.g[i].ax.find(a);
    return k < 0 ? 0 : p.memory[static_cast<std::size_t>(i)].strides.stride[k];
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
    for (long j = 0; j < (y.inner ? here.rows : 1); j++)
      each(rest, 0, 0, 0, 0, [&](long a, long, long t) { to[j * y.elements + t] = from[a + j * step]; });
  }

  /// The coordinates of a task.
  void go_to(long number) {
    task = number;
    for (std::size_t i = loops; i-- > 0;)
      if (c.parallel[i]) at[i] = number % c.loop[i], number /= c.loop[i];
  }
  /// Blocks of one chunk.
  void blocks() {
    if (!counts) start_task();
    for (long b = chunk; b < c.blocks; b += c.chunks) {
      here.outer = b * c.width, here.lanes = std::min(c.width, c.outer - here.outer);
      for (long k = 0; k < c.serial_total; k++) {
        long rest = k;
        for (std::size_t i = loops; i-- > 0;)
          if (!c.parallel[i]) at[i] = rest % c.loop[i], rest /= c.loop[i];
        if (!counts) start_block();
        rows(0, c.inner);
        if (!counts) finish_block();
      }
    }
  }
  /// What is made along a loop without coordinates: nothing was added up.
  void write_neutral() const {
    for (const stream_state& y : c.states) {
      if (y.empty) continue;
      std::vector<tile_loop> all = y.rest;
      const auto add = [&](long extent, long step) {
        if (step) all.push_back({extent, tile_part::whole, step});
      };
      add(c.outer, y.step_outer), add(c.inner, y.step_inner);
      for (std::size_t i = 0; i < loops; i++) add(c.loop[i], y.loop[i]);
      T* to = static_cast<T*>(memory[y.to.storage]) + y.to.offset;
      each(all, 0, 0, 0, 0, [&](long a, long, long) { to[a] = static_cast<T>(y.neutral); });
    }
  }
  /// Writes what the chunks of a task have found to its results.
  void finish_task() {
    for (const stream_state& y : c.states) {
      if (y.what == port::keep || y.outer) continue;
      T* all = own_state(y, 0);
      for (long k = 1; k < c.chunks; k++) {
        const T* more = own_state(y, k);
        for (long i = 0; i < y.size; i++) all[i] += more[i];
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
        for (long j = 0; j < (y.inner ? c.inner : 1); j++)
          each(y.rest, 0, 0, 0, 0, [&](long a, long, long t) {
            to[j * y.step_inner + a] = from[j * y.elements + t] * static_cast<T>(y.scale);
          });
      }
    }
  }
};
} // namespace

template <class T>
void run_stream(stream_call& c, const plan_view& plan, const region_kernel<T>* kernels, void* const* storage,
                char* shared, char* scratch, long scratch_stride, pool& threads) {
  const auto with_walk = [&](long parallel, int worker, auto f) {
    walk<T> x{c,
              plan,
              kernels,
              storage,
              shared,
              scratch + worker * scratch_stride,
              c.workers[static_cast<std::size_t>(worker)]};
    x.go_to(parallel);
    f(x);
  };
  const auto each_task = [&](long n, auto f) {
    if (n == 1) f(0, 0);
    else if (n > 1) threads.run(n, f);
  };
  if (c.outer == 0) c.blocks = 0;
  for (stream_worker& w : c.workers) w.tiles = {};
  if (c.parallel_total == 0) return; // results that are empty
  if (c.serial_total == 0) return with_walk(0, 0, [](const walk<T>& x) { x.write_neutral(); });
  each_task(c.parallel_total * c.chunks, [&](long k, int worker) {
    with_walk(k / c.chunks, worker, [&](walk<T>& x) {
      x.chunk = k % c.chunks;
      x.blocks();
    });
  });
  bool shares = false;
  for (const stream_state& y : c.states) shares = shares || (y.what != port::keep && !y.outer);
  if (shares)
    each_task(c.parallel_total,
              [&](long k, int worker) { with_walk(k, worker, [&](walk<T>& x) { x.finish_task(); }); });
}
template void run_stream<float>(stream_call&, const plan_view&, const region_kernel<float>*, void* const*, char*, char*,
                                long, pool&);
template void run_stream<double>(stream_call&, const plan_view&, const region_kernel<double>*, void* const*, char*,
                                 char*, long, pool&);

template <class T> tile_counts count_tiles(stream_call& c, const plan_view& plan, void* const* storage) {
  add_workers(c, 1);
  stream_worker& w = c.workers[0];
  w.tiles = {};
  for (long k = 0; k < c.parallel_total * c.chunks && c.outer > 0; k++) {
    walk<T> x{c, plan, nullptr, storage, nullptr, nullptr, w};
    x.counts = true, x.chunk = k % c.chunks;
    x.go_to(k / c.chunks);
    x.blocks();
  }
  return w.tiles;
}
template tile_counts count_tiles<float>(stream_call&, const plan_view&, void* const*);
template tile_counts count_tiles<double>(stream_call&, const plan_view&, void* const*);
} // namespace weft::ir
