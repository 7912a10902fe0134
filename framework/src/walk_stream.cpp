// SPDX-License-Identifier: BSL-1.0
#include "walk_lines.hpp"

#include <weft/kernel/general.hpp>

#include <algorithm>
#include <cstring>

namespace weft::ir {
namespace {

template <class T> struct multiplication {
  tile::product<T> q;
  void operator()() const { tile::multiply(q); }
};

template <class T> struct walk : walk_lines<T> {
  using states = walk_states<T>;
  using states::c, states::w, states::onto, states::at, states::here, states::loops, states::scratch, states::task,
      states::chunk, states::second, states::base, states::place_of;
  const plan_view& plan;
  const region_kernel<T>* kernels;
  bool counts = false;             ///< counts tiles and does nothing else
  const tile_run* parts = nullptr; ///< of the tile at hand, if they have rows of their own

  walk(const walk_place& place, char* of_task, char* of_worker, const plan_view& p, const region_kernel<T>* k)
      : walk_lines<T>(place, of_task, of_worker), plan(p), kernels(k) {}

  /// n values, `step` apart, times a number.
  static void scale_into(T* to, const T* from, long n, long step, T by) {
    long i = 0;
    if (step == 1)
      for (; i + lanes<T> <= n; i += lanes<T>) store(to + i, load(from + i) * by);
    for (; i < n; i++) to[i] = from[i * step] * by;
  }
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
    this->start_states(false);
  }
  void start_block() {
    second = false;
    this->start_states(true);
    for (const stream_pack& k : c.packs) {
      const stream_read& r = c.reads[static_cast<std::size_t>(k.read)];
      const auto size = static_cast<long>(size_of(r.from.type));
      const char* from = base(r.from, r.loop) + here.outer * r.step_outer * size;
      char* to = scratch + k.offset;
      if (r.from.type != dtype_of<T>) {
        act(onto, [=, bytes = r.elements * c.width * size] { std::memset(to, 0, static_cast<std::size_t>(bytes)); });
        each(r.rest, [&](long a, long, long t) {
          act(onto, [=, step = r.step_outer, width = c.width, lanes = here.lanes] {
            copy_elements(from + a * size, 0, step, to + t * width * size, 0, 1, 1, lanes,
                          static_cast<std::size_t>(size));
          });
        });
        continue;
      }
      // the longest of the other axes with the lanes, the rest one after another
      const bool one = r.rest.size() == 1;
      each(one ? no_loops : r.rest, [&](long a, long, long t) {
        tile::packing<T> p;
        p.from = reinterpret_cast<const T*>(from) + a;
        if (k.lanes) {
          p.from_row = one ? r.rest[0].a : 0, p.from_lane = r.step_outer;
          p.rows = one ? r.rest[0].extent : 1, p.lanes = here.lanes;
          p.tile = reinterpret_cast<T*>(to) + t * c.width, p.width = c.width;
          p.scale = static_cast<T>(k.scale);
          act(onto, [p] { tile::pack(p); });
        } else {
          T* rows = reinterpret_cast<T*>(to) + t;
          const long n = one ? r.rest[0].extent : 1, step = one ? r.rest[0].a : 0;
          act(onto, [=, count = here.lanes, row = r.elements, from_row = r.step_outer, by = static_cast<T>(k.scale)] {
            for (long l = 0; l < count; l++) scale_into(rows + l * row, p.from + l * from_row, n, step, by);
          });
        }
      });
    }
    for (int k = 0; k < 2; k++)
      for (int i : c.program[k].fixed) {
        const stream_read& r = c.reads[static_cast<std::size_t>(c.program[k].read[static_cast<std::size_t>(i)])];
        w.storage[k][static_cast<std::size_t>(i)] = base(r.from, r.loop);
      }
  }
  /// The tiles of a block.
  void block(long b) {
    const long tiles = w.tiles.kept + w.tiles.partial;
    if (c.block_begin.empty()) this->each_run([&](const tile_run& r) { run(r); });
    else {
      const std::size_t* begin = &c.block_begin[static_cast<std::size_t>(b)];
      for (std::size_t k = begin[0]; k < begin[1]; k++) run(c.schedule[k]);
    }
    w.tiles.skipped += (c.inner + c.rows - 1) / c.rows - (w.tiles.kept + w.tiles.partial - tiles);
  }
  void run(const tile_run& r) {
    const long tiles = (r.rows + c.rows - 1) / c.rows;
    (r.program == 0 && !c.masks.empty() ? w.tiles.partial : w.tiles.kept) += tiles;
    if (counts) return;
    parts = r.by_parts ? &r : nullptr;
    for (long k = 0; k < tiles; k++) tile(r, r.from + k * c.rows, std::min(c.rows, r.rows - k * c.rows));
  }
  void tile(const tile_run& r, long inner, long rows) {
    here.inner = inner, here.rows = rows;
    place(c.program[r.program], w.storage[r.program]);
    tile_form form{scratch, here.lanes, rows, r.by_parts, r.hidden};
    if (r.by_parts) std::copy_n(r.live, tile::parts, form.live);
    tape* const of_tile = onto ? nullptr : w.tape[r.program].find(form);
    if (of_tile && of_tile->is_complete()) of_tile->run(this);
    else {
      tape* const of_run = std::exchange(onto, of_tile ? of_tile : onto);
      compute(r.program);
      if (of_tile) of_tile->finish();
      onto = of_run;
    }
    second = !second;
  }
  /// Where the tile at hand finds what it reads, and what it adds to.
  void place(const prepared_tiles& p, std::vector<void*>& storage) {
    for (int i : p.moving) {
      const stream_read& r = c.reads[static_cast<std::size_t>(p.read[static_cast<std::size_t>(i)])];
      if (r.where == stream_read::tile) copy_in(p, i, r);
      else
        storage[static_cast<std::size_t>(i)] =
            base(r.from, r.loop) + here.inner * r.step_inner * static_cast<long>(size_of(r.from.type));
    }
    for (int state : p.merging) {
      const auto k = static_cast<std::size_t>(state);
      const stream_state& y = c.states[k];
      const auto before = static_cast<std::size_t>(p.merge_before[k]), now = static_cast<std::size_t>(p.merge_now[k]);
      if (y.outer) storage[before] = this->outer_state(y, second), storage[now] = this->outer_state(y, !second);
      else storage[before] = this->added_to(y);
    }
    for (int k : p.summed) w.sum[static_cast<std::size_t>(k)] = this->added_to(c.states[static_cast<std::size_t>(k)]);
  }
  void compute(int which) {
    const prepared_tiles& p = c.program[which];
    for (const tile_step& s : p.steps) {
      if (s.what == step::run_region) region(which, s.index);
      else if (s.what == step::run_product) product(which, p.products[static_cast<std::size_t>(s.index)]);
      else if (s.line)
        anew([which, d = &p.lines[static_cast<std::size_t>(s.index)]](walk& x) {
          x.along_line(x.c.program[which], x.w.storage[which], *d);
        });
      else anew([which, s = &s](walk& x) { x.general(x.c.program[which], x.w.storage[which], *s); });
    }
    for (const tile_sum& x : p.sums) this->add(p, w.storage[which], x);
    for (int k : p.merging)
      if (const auto state = static_cast<std::size_t>(k); !c.states[state].outer)
        anew([which, state](walk& x) { x.copy_merged(x.c.program[which], x.w.storage[which], state); });
    for (int k : p.keeping)
      anew([which, state = static_cast<std::size_t>(k)](walk& x) {
        x.keep(x.c.program[which], x.w.storage[which], state);
      });
  }
  /// Does what depends on where the tile is in more than places: f(walk).
  template <class F> void anew(const F& f) {
    if (!onto || !onto->follows()) return f(*this);
    tape* const of_tile = std::exchange(onto, nullptr);
    f(*this);
    onto = of_tile;
    onto->add([f](void* x) { f(*static_cast<walk*>(x)); });
  }
  void copy_in(const prepared_tiles& p, int i, const stream_read& r) {
    const auto size = static_cast<long>(size_of(r.from.type));
    const char* from = base(r.from, r.loop) + (here.outer * r.step_outer + here.inner * r.step_inner) * size;
    char* to = scratch + p.offset[static_cast<std::size_t>(i)];
    each(r.rest, [&](long a, long, long t) {
      act(onto, [=, from_row = r.step_inner, from_lane = r.step_outer, width = c.width, full = c.rows, rows = here.rows,
                 lanes = here.lanes] {
        copy_elements(from + a * size, from_row, from_lane, to + t * width * full * size, width, 1, rows, lanes,
                      static_cast<std::size_t>(size));
      });
    });
  }
  void region(int which, int index) {
    region_call& r = w.regions[which][static_cast<std::size_t>(index)];
    resize(r, {c.s->outer, c.s->inner, here.lanes, here.rows});
    run_region_here<T>(r, plan, kernels, w.storage[which].data(), scratch + c.region_scratch, onto,
                       c.program[which].stays.data());
  }
  long extent(const tile_loop& l) const { return part(l.part, l.extent); }
  long part(tile_part p, long whole) const {
    return p == tile_part::outer ? here.lanes : p == tile_part::inner ? here.rows : whole;
  }
  void product(int which, const tile_product& x) {
    const prepared_tiles& p = c.program[which];
    const std::vector<void*>& storage = w.storage[which];
    const auto operand = [&](int node, int pack) {
      return pack >= 0 ? reinterpret_cast<const T*>(scratch + c.packs[static_cast<std::size_t>(pack)].offset)
                       : reinterpret_cast<const T*>(place_of(p, storage, node));
    };
    const T *a = operand(x.a, x.pack_a), *b = operand(x.b, x.pack_b);
    T* to = x.state < 0 ? static_cast<T*>(storage[static_cast<std::size_t>(x.node)])
                        : this->added_to(c.states[static_cast<std::size_t>(x.state)]);
    const bool lanes_padded = x.lanes == tile_part::outer;
    tile::product<T> q;
    const bool empty = std::any_of(x.sums.begin(), x.sums.end(), [&](const tile_loop& l) { return extent(l) == 0; });
    q.rows = extent(x.rows), q.steps = empty ? 0 : extent(x.steps);
    q.lanes = lanes_padded ? (here.lanes + weft::lanes<T> - 1) / weft::lanes<T> * weft::lanes<T>
                           : part(x.lanes, x.lane_extent);
    q.a_row = x.rows.a, q.a_step = x.steps.a, q.b_step = x.steps.b, q.c_row = x.rows.c;
    const tile::previous first = x.state < 0    ? tile::previous::overwrite
                                 : x.factor < 0 ? tile::previous::add
                                 : lanes_padded ? tile::previous::scale_lanes
                                                : tile::previous::scale_rows;
    loop(x.batch, 0, a, b, to, this->factor_of(storage, x.factor),
         [&](const T* pa, const T* pb, T* pc, const T* factor) {
           q.kept = first, q.factor = factor;
           loop(empty ? no_loops : x.sums, 0, pa, pb, pc, factor, [&](const T* sa, const T* sb, T* sc, const T*) {
             q.a = sa, q.b = sb, q.c = sc;
             if (parts) multiply_parts(q, which, x);
             else multiply(q, which, x);
             q.kept = tile::previous::add;
           });
           if (x.alpha == 1) return;
           const scaling<T> scaled{pc, q.rows, q.c_row, q.lanes, static_cast<T>(x.alpha)};
           scaling<T>* kept = act(onto, scaled);
           if (kept && x.state < 0) this->follow(kept->values, p, storage, x.node);
           else if (kept) this->follow_sum(kept->values, x.state);
         });
  }
  void multiply(const tile::product<T>& q, int which, const tile_product& x) {
    multiplication<T>* kept = act(onto, multiplication<T>{q});
    if (!kept) return;
    const auto place = [&](auto*& pointer, int node) {
      this->follow(pointer, c.program[which], w.storage[which], node);
    };
    if (x.pack_a < 0) place(kept->q.a, x.a);
    if (x.pack_b < 0) place(kept->q.b, x.b);
    if (x.factor >= 0) place(kept->q.factor, x.factor);
    if (x.state < 0) place(kept->q.c, x.node);
    else this->follow_sum(kept->q.c, x.state);
  }
  /// A product in a tile of whose lanes each part has rows of its own that hold anything: of values along both the
  /// others are 0, sums over the rows or the lanes leave them out.
  void multiply_parts(const tile::product<T>& all, int which, const tile_product& x) {
    const long width = here.part(weft::lanes<T>);
    const bool lanes = x.lanes == tile_part::outer, rows = x.rows.part == tile_part::inner;
    const bool values = lanes && rows && x.hidden && parts->hidden;
    const bool over_rows = lanes && x.steps.part == tile_part::inner && x.state >= 0;
    const bool over_lanes = rows && x.steps.part == tile_part::outer && x.state >= 0 && x.factor < 0;
    if (!values && !over_rows && !over_lanes) return multiply(all, which, x);
    for (long k = 0; k < tile::parts; k++) {
      const row_span live = parts->live[k];
      tile::product<T> q = all;
      const long first = k * width, n = std::min(width, (over_lanes ? all.steps : all.lanes) - first);
      if (n <= 0) break;
      if (over_lanes) q.steps = n, q.a += first * all.a_step, q.b += first * all.b_step;
      else q.lanes = n, q.b += first, q.c += first, q.factor += all.factor ? first : 0;
      if (values && all.kept == tile::previous::overwrite)
        act(onto, [to = q.c, row = q.c_row, lanes = n, rows = all.rows, live] {
          for (long i = 0; i < rows; i++)
            if (i < live.from || i >= live.to) std::fill_n(to + i * row, lanes, T(0));
        });
      if (over_rows) q.steps = live.to - live.from, q.a += live.from * q.a_step, q.b += live.from * q.b_step;
      else q.rows = live.to - live.from, q.a += live.from * q.a_row, q.c += live.from * q.c_row;
      multiply(q, which, x);
    }
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
    if (adds) out.data = this->added_to(c.states[static_cast<std::size_t>(s.state)]);
    x.op->run({x, w.general_in.data(), out, c.extents->resolver(), adds});
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
      this->go_to_block(b);
      for (long k = 0; k < c.serial_total; k++) {
        long rest = k;
        for (std::size_t i = loops; i-- > 0;)
          if (!c.parallel[i]) at[i] = rest % c.loop[i], rest /= c.loop[i];
        if (!counts) start_block();
        block(b);
        if (!counts) this->finish_block();
      }
    }
  }
};
} // namespace

template <class T>
void run_stream(stream_call& c, const plan_view& plan, const region_kernel<T>* kernels, void* const* storage,
                char* shared, char* scratch, long scratch_stride, crew threads, tape* onto) {
  const auto with_walk = [&](long parallel, int worker, auto f) {
    stream_worker& w = *c.workers[static_cast<std::size_t>(worker)];
    walk<T> x({c, storage, w, onto}, shared, scratch + worker * scratch_stride, plan, kernels);
    x.go_to(parallel);
    f(x);
  };
  const auto each_task = [&](long n, auto f) {
    if (n == 1) f(0, 0);
    else if (n > 1) threads.run(n, f);
  };
  for (const auto& w : c.workers) w->tiles = {};
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
                                long, crew, tape*);
template void run_stream<double>(stream_call&, const plan_view&, const region_kernel<double>*, void* const*, char*,
                                 char*, long, crew, tape*);

template <class T> tile_counts count_tiles(stream_call& c, const plan_view& plan, void* const* storage) {
  add_workers(c, 1);
  stream_worker& w = *c.workers[0];
  w.tiles = {};
  for (long k = 0; k < c.parallel_total * c.chunks && c.outer > 0; k++) {
    walk<T> x({c, storage, w, nullptr}, nullptr, nullptr, plan, nullptr);
    x.counts = true, x.chunk = k % c.chunks;
    x.go_to(k / c.chunks);
    x.blocks();
  }
  return w.tiles;
}
template tile_counts count_tiles<float>(stream_call&, const plan_view&, void* const*);
template tile_counts count_tiles<double>(stream_call&, const plan_view&, void* const*);
} // namespace weft::ir
