// SPDX-License-Identifier: BSL-1.0
#include "walk_region.hpp"
#include "carver.hpp"
#include "lanes_of_memory.hpp"
#include "queues.hpp"

#include <weft/kernel/general.hpp>

#include <algorithm>

namespace weft::ir {
namespace {

/// So many terms are added up one after another; then what they make goes to a total, and the next ones begin anew. So
/// the rounding error of a long sum grows with the number of such parts, not of terms.
constexpr long terms_together = 256;

template <class T> long padded(long n) { return (n + lanes<T> - 1) / lanes<T> * lanes<T>; }

/// One worker's walk over units of a region.
template <class T> struct walker {
  static constexpr int width = lanes<T>;
  using lane = lane_int<T>;
  using moving_slot = region_call::moving_slot;
  const region_call& c;
  const plan_view& plan;
  const region_kernel<T>* kernels;
  void* const* storage;
  bool along;
  const long* chain; ///< coordinates on the axes of the chain
  tape* onto;        ///< that this run is put onto, or null
  const char* stays; ///< of each storage, whether it stays where it is; or null: none does

  T **rows, **scratches; ///< row values: a packet a row, or a number a lane; lane values kept from phase to phase
  T** queues;            ///< of each row value, while it is reduced along the lanes: its partial results, row by row
  T** totals;            ///< of each row value, while it is reduced: what earlier terms make
  T** buffers;           ///< of each slot: rows of lanes, for what can't be read or written in place
  T* blocks;             ///< of each instruction, if interpreted
  const T** load_at;
  lane *extent, *index, *index_lane, *index_packet, *index_row;
  T **combine_at, **store_at;
  long *load_row, *store_row, *offset;
  long terms = 0; ///< that were added up since the totals took in what there was
  bool has_totals = false, totals_begun = false;

  walker(const region_call& call, const plan_view& p, const region_kernel<T>* k, void* const* memory, const long* fixed,
         carver cut, tape* record = nullptr, const char* unmoved = nullptr)
      : c(call), plan(p), kernels(k), storage(memory), along(call.r->along), chain(fixed), onto(record),
        stays(unmoved) {
    lay_out(cut);
  }
  static long bytes(const region_call& c, const plan_view& plan) {
    carver counted{nullptr};
    walker w(c, plan);
    w.lay_out(counted);
    return counted.used + 64;
  }

  long lanes_kept() const { return padded<T>(along ? c.lane_extent : c.chunk); }
  /// Rows of a block between which a row value differs: reduced rows share theirs.
  long row_values() const { return along ? c.block * width : lanes_kept(); }
  long scratch_rows() const { return c.reduced_total * (c.rows_reduced ? c.row_extent : c.block); }
  /// What a row value has while it is reduced.
  long partial_values() const { return along ? c.block * queue * width : row_values(); }
  /// How often lanes of a row come to each place of its queue.
  static long turns(long n) { return (n + queue * width - 1) / (queue * width); }
  /// Whether values are reductions of more terms than are added up together.
  bool is_long() const {
    return c.reduced_total * (c.rows_reduced ? c.row_extent : 1) * (along ? turns(c.lane_extent) : 1) > terms_together;
  }
  long buffer_lanes() const { return padded<T>(std::min(piece_lanes, along ? c.lane_extent : c.chunk)); }

  /// What one call of a pass covers: rows [row, row + count) of the unit (or of the reduction), lanes [from, from + n).
  struct piece {
    const region_pass& pass;
    const moving_slot* slots;
    const long* at; ///< where the slots begin
    long row, count, from, n;
    long inner;      ///< the first lane, counted from the unit's
    long reduced;    ///< which turn of the reduced loops
    bool once_a_row; ///< the rows are the packets, each repeating one number
    bool whole;      ///< packets reach over no end of what lies in place
  };
  void call(int number, const long* at, long row, long count, long from, long n, long chunk_start, long reduced) {
    const region_pass& pass = plan.passes.at[c.r->first_pass + number];
    const piece p{.pass = pass,
                  .slots = c.slots[static_cast<std::size_t>(number)].data(),
                  .at = at,
                  .row = row,
                  .count = count,
                  .from = from,
                  .n = n,
                  .inner = from - chunk_start,
                  .reduced = reduced,
                  .once_a_row = pass.rows && along,
                  .whole = c.padded || n % width == 0};
    lane_call<T> a;
    a.rows = p.once_a_row ? 1 : count, a.packets = p.once_a_row ? count : (n + width - 1) / width, a.valid = n;
    a.load = load_at, a.load_row = load_row, a.extent = extent;
    a.index = index, a.index_lane = index_lane, a.index_packet = index_packet, a.index_row = index_row;
    a.combine = combine_at, a.store = store_at, a.store_row = store_row;
    int s = 0; // the pass's slots: those of each kind, one after another
    for (int i = 0; i < pass.loads; i++) bind_load(p, i, s++);
    for (int i = 0; i < pass.extents; i++) extent[i] = static_cast<lane>(p.slots[s++].extent);
    for (int i = 0; i < pass.indices; i++) bind_index(p, i, s++);
    for (int i = 0; i < pass.combines; i++) bind_combine(p, i, s++);
    const int stores = s;
    for (int i = 0; i < pass.stores; i++) bind_store(p, i, s++);
    if (onto) record(p, c.r->first_pass + number, a);
    run_pass(plan, kernels, c.r->first_pass + number, a, blocks);
    for (int i = 0; i < pass.stores; i++)
      if (p.slots[stores + i].what.where == slot::value && store_at[i] == buffers[stores + i])
        write_back(p, stores + i);
  }
  void give_up() {
    if (onto) onto->give_up(), onto = nullptr;
  }
  /// A pointer on the tape points into a storage.
  template <class X> void follow(X*& pointer, int of) {
    if (!stays || !stays[of]) onto->follow(pointer, storage[of]);
  }
  /// Puts a call of a pass whose slots are bound onto the tape, with lists of its own.
  void record(const piece& p, int id, lane_call<T> x) {
    const region_pass& pass = p.pass;
    const auto keep_places = [&](auto*& list, int n, int slot_number) {
      auto* kept = onto->keep(list, n);
      for (int i = 0; kept && i < n; i++, slot_number++)
        if (const moving_slot& s = p.slots[slot_number]; s.what.where == slot::value && kept[i] != buffers[slot_number])
          follow(kept[i], s.memory.storage);
    };
    keep_places(x.load, pass.loads, 0), onto->keep(x.load_row, pass.loads);
    onto->keep(x.extent, pass.extents);
    const moving_slot* indices = p.slots + pass.loads + pass.extents;
    if (lane* at = onto->keep(x.index, pass.indices))
      for (int i = 0; i < pass.indices; i++)
        if (const long* begin = indices[i].moves_with; begin && onto->follows())
          onto->add([to = at + i, begin, more = at[i] - static_cast<lane>(*begin)] {
            *to = static_cast<lane>(*begin) + more;
          });
    onto->keep(x.index_lane, pass.indices), onto->keep(x.index_packet, pass.indices);
    onto->keep(x.index_row, pass.indices);
    onto->keep(x.combine, pass.combines);
    keep_places(x.store, pass.stores, pass.slots() - pass.stores), onto->keep(x.store_row, pass.stores);
    onto->add([&plan = plan, kernels = kernels, id, x, blocks = blocks] { run_pass(plan, kernels, id, x, blocks); });
  }
  T* row_at(const piece& p, int id) const { return rows[id] + (along ? p.row % c.block * width : p.inner); }
  T* scratch_at(const piece& p, int id) const {
    const long turn = p.reduced * (c.rows_reduced ? c.row_extent : c.block);
    return scratches[id] + (turn + (c.rows_reduced ? p.row : p.row % c.block)) * lanes_kept() + p.inner;
  }
  void bind_load(const piece& p, int i, int slot_number) {
    const moving_slot& s = p.slots[slot_number];
    const long begin = p.at[slot_number];
    T* buffer = buffers[slot_number];
    const auto bind = [&](const T* at, long row_step) { load_at[i] = at, load_row[i] = row_step; };
    if (s.what.where == slot::row) bind(row_at(p, s.what.id), s.repeated ? width : 0);
    else if (s.what.where == slot::scratch) bind(scratch_at(p, s.what.id), lanes_kept());
    else if (p.once_a_row) repeat(s, begin + p.row * s.row, s.row, p.count, buffer), bind(buffer, width);
    else if (s.repeated && !s.in_place) {
      take(s, begin + p.row * s.row, s.row, s.row == 0 ? 1 : p.count, buffer, 1);
      bind(buffer, s.row == 0 ? 0 : 1);
    } else if (s.in_place && (s.repeated || p.whole))
      bind(static_cast<const T*>(storage[s.memory.storage]) + begin + p.row * s.row + (s.repeated ? 0 : p.from), s.row);
    else {
      for (long r = 0; r < (s.row == 0 ? 1 : p.count); r++)
        take(s, begin + (p.row + r) * s.row + p.from * s.lane, s.lane, p.n, buffer + r * buffer_lanes(), 1);
      bind(buffer, s.row == 0 ? 0 : buffer_lanes());
    }
  }
  void bind_index(const piece& p, int i, int slot_number) {
    const moving_slot& s = p.slots[slot_number];
    index[i] = static_cast<lane>(p.at[slot_number] + p.row * s.row + p.from * s.lane);
    index_lane[i] = static_cast<lane>(p.once_a_row ? 0 : s.lane);
    index_packet[i] = static_cast<lane>(p.once_a_row ? s.row : s.lane * width);
    index_row[i] = static_cast<lane>(s.row);
  }
  void bind_combine(const piece& p, int i, int slot_number) {
    const int id = p.slots[slot_number].what.id;
    combine_at[i] = along ? queues[id] + p.row % c.block * queue * width : row_at(p, id);
  }
  void bind_store(const piece& p, int i, int slot_number) {
    const moving_slot& s = p.slots[slot_number];
    const auto bind = [&](T* at, long row_step) { store_at[i] = at, store_row[i] = row_step; };
    if (s.what.where == slot::row) bind(row_at(p, s.what.id), 0);
    else if (s.what.where == slot::scratch) bind(scratch_at(p, s.what.id), lanes_kept());
    else if (p.whole && s.in_place)
      bind(static_cast<T*>(storage[s.memory.storage]) + p.at[slot_number] + p.row * s.row + p.from, s.row);
    else bind(buffers[slot_number], buffer_lanes());
  }
  /// From a slot's buffer to where its values lie.
  void write_back(const piece& p, int slot_number) {
    const moving_slot& s = p.slots[slot_number];
    for (long r = 0; r < p.count; r++)
      give(s, p.at[slot_number] + (p.row + r) * s.row + p.from * s.lane, s.lane, p.n,
           buffers[slot_number] + r * buffer_lanes(), 1);
  }

  /// Lanes [from, to) of some rows: whole packets first, what is left by itself.
  void sweep(int number, const long* at, long row, long count, long from, long to, long reduced) {
    const long start = from;
    const bool copies = c.copies[static_cast<std::size_t>(number)];
    const bool sums = has_totals && !c.reductions[static_cast<std::size_t>(number)].empty();
    const long most = copies ? piece_lanes : sums && along ? terms_together * queue * width : to - from;
    while (from < to) {
      long n = std::min(most, to - from);
      if (n > width && n % width) n -= n % width;
      call(number, at, row, count, from, n, start, reduced);
      from += n;
      if (sums) count_terms(number, along ? turns(n) : count);
    }
  }
  /// Partial results go to the totals when they are of enough terms.
  void count_terms(int pass, long more) {
    terms += more;
    if (terms < terms_together) return;
    each_partial(pass, [&](T* partial, T* total, auto combine, T neutral) {
      store(total, totals_begun ? combine(load(total), load(partial)) : load(partial));
      store(partial, broadcast<packet<T>>(neutral));
    });
    terms = 0, totals_begun = true;
  }
  void take_totals(int pass) {
    if (totals_begun)
      each_partial(pass, [](T* partial, const T* total, auto combine, T) {
        store(partial, combine(load(total), load(partial)));
      });
    terms = 0, totals_begun = false;
  }
  template <class F> void each_partial(int pass, F f) {
    for (const region_call::reduction& x : c.reductions[static_cast<std::size_t>(pass)]) {
      const auto combine = combining<T>(*x.op, x.common);
      const T neutral = neutral_of(x);
      T* partial = along ? queues[x.row] : rows[x.row];
      for (long i = 0, n = partial_values(); i < n; i += width) f(partial + i, totals[x.row] + i, combine, neutral);
    }
  }
  static T neutral_of(const region_call::reduction& x) { return bits_as<T>(neutral_bits<T>(x.op->neutral, x.common)); }

  void unit(long u) {
    const long chunk = u % c.chunks, block = u / c.chunks % c.blocks;
    long k = u / c.chunks / c.blocks;
    long at[max_rank]{};
    for (std::size_t i = c.kept.size(); i-- > 0;) at[i] = k % c.kept[i].extent, k /= c.kept[i].extent;
    const long first_row = c.rows_reduced ? 0 : block * c.block;
    const long row_count = c.rows_reduced ? c.row_extent : std::min(c.block, c.row_extent - first_row);
    const long from = along ? 0 : chunk * c.chunk, to = along ? c.lane_extent : std::min(from + c.chunk, c.lane_extent);
    const auto start_of = [&](const moving_slot& s) {
      long o = s.moves_with ? *s.moves_with : s.memory.offset;
      for (std::size_t i = 0; i < s.fixed.size(); i++) o += chain[i] * s.fixed[i];
      for (std::size_t i = 0; i < c.kept.size(); i++) o += at[i] * s.outer[i];
      return o;
    };
    if (has_totals) give_up();
    start_rows(first_row, row_count, from, to, start_of);
    for (int p = 0; p < c.r->passes; p++) {
      const region_pass& pass = plan.passes.at[c.r->first_pass + p];
      const auto& slots = c.slots[static_cast<std::size_t>(p)];
      const long n = static_cast<long>(slots.size());
      for (long i = 0; i < n; i++) offset[i] = start_of(slots[static_cast<std::size_t>(i)]);
      if (pass.rows) {
        if (along) call(p, offset, first_row, row_count, 0, width, 0, 0);
        else sweep(p, offset, 0, 1, from, to, 0);
        continue;
      }
      long* moved = offset + n;
      for (long r = 0; r < c.reduced_total; r++) {
        std::copy(offset, offset + n, moved);
        long rest = r;
        for (std::size_t i = c.reduced.size(); i-- > 0;) {
          const long j = rest % c.reduced[i].extent;
          rest /= c.reduced[i].extent;
          if (j)
            for (long s = 0; s < n; s++) moved[s] += j * slots[static_cast<std::size_t>(s)].outer[c.kept.size() + i];
        }
        for (long row = first_row; row < first_row + row_count; row += c.block)
          sweep(p, moved, row, std::min(c.block, first_row + row_count - row), from, to, r);
      }
      take_totals(p);
      if (along) finish_rows(p, row_count);
    }
    for (const moving_slot& e : c.exits) {
      const long o = start_of(e);
      if (along) give(e, o + first_row * e.row, e.row, row_count, rows[e.what.id], width);
      else give(e, o + from * e.lane, e.lane, to - from, rows[e.what.id], 1);
    }
  }

private:
  walker(const region_call& call, const plan_view& p)
      : c(call), plan(p), kernels(nullptr), storage(nullptr), along(call.r->along), chain(nullptr), onto(nullptr),
        stays(nullptr) {}

  void lay_out(carver& cut) {
    const long n = c.most_slots;
    const bool counts = cut.at == nullptr;
    rows = cut.take<T*>(c.r->rows + 1), queues = cut.take<T*>(c.r->rows + 1), totals = cut.take<T*>(c.r->rows + 1),
    scratches = cut.take<T*>(c.r->scratches + 1), buffers = cut.take<T*>(n);
    load_at = cut.take<const T*>(n);
    extent = cut.take<lane>(n), index = cut.take<lane>(n), index_lane = cut.take<lane>(n),
    index_packet = cut.take<lane>(n), index_row = cut.take<lane>(n);
    combine_at = cut.take<T*>(n), store_at = cut.take<T*>(n);
    load_row = cut.take<long>(n), store_row = cut.take<long>(n), offset = cut.take<long>(2 * n);
    const auto each = [&](T** list, long count, long size) {
      for (long i = 0; i < count; i++) {
        T* p = cut.take<T>(size);
        if (!counts) list[i] = p;
      }
    };
    each(rows, c.r->rows, row_values());
    each(queues, along ? c.r->rows : 0, partial_values());
    has_totals = is_long();
    each(totals, has_totals ? c.r->rows : 0, partial_values());
    each(scratches, c.r->scratches, scratch_rows() * lanes_kept());
    each(buffers, n, c.block * std::max<long>(buffer_lanes(), width));
    blocks = cut.take<T>(interpreted_room(c.most_instructions) * width);
  }

  // What a run does besides calls.
  void fill(T* to, long n, T value) {
    act(onto, [=] { fill_lanes(to, n, value); });
  }
  /// Copy: read_lanes, write_lanes or repeat_lanes.
  template <class Copy> void copy(const moving_slot& s, long first, long step, long n, T* lanes, long every) {
    const Copy what{{s.memory.type, storage[s.memory.storage], first, step, n, lanes, every}};
    if (Copy* kept = act(onto, what)) follow(kept->memory, s.memory.storage);
  }
  void take(const moving_slot& s, long from, long step, long n, T* to, long every) {
    copy<read_lanes<T>>(s, from, step, n, to, every);
  }
  void give(const moving_slot& s, long to, long step, long n, T* from, long every) {
    copy<write_lanes<T>>(s, to, step, n, from, every);
  }
  void repeat(const moving_slot& s, long from, long step, long n, T* to) {
    copy<repeat_lanes<T>>(s, from, step, n, to, width);
  }
  /// Rows or lanes of a unit, which begins at start_of(slot), before anything is reduced.
  template <class F> void start_rows(long first_row, long row_count, long from, long to, F start_of) {
    for (const auto& pass : c.reductions)
      for (const region_call::reduction& x : pass)
        fill(along ? queues[x.row] : rows[x.row], partial_values(), neutral_of(x));
    for (const moving_slot& x : c.seeds) {
      const long o = start_of(x);
      if (!along) take(x, o + from * x.lane, x.lane, to - from, rows[x.what.id], 1);
      else take(x, o + first_row * x.row, x.row, row_count, queues[x.what.id], queue * width);
    }
  }
  /// Finished reductions along the lanes.
  void finish_rows(int pass, long count) {
    for (const region_call::reduction& x : c.reductions[static_cast<std::size_t>(pass)]) {
      act(onto, [op = x.op, common = x.common, from = queues[x.row], to = rows[x.row], count] {
        finish_queues(*op, common, from, to, count);
      });
    }
  }
};
} // namespace

template <class T>
void run_region(const region_call& call, const plan_view& plan, const region_kernel<T>* kernels, void* const* storage,
                char* scratch, crew threads, tape* onto) {
  const auto task = [&](long t, int worker) {
    walker<T> w(call, plan, kernels, storage, nullptr, carver{scratch + worker * call.scratch_bytes});
    const long from = call.units * t / call.tasks, to = call.units * (t + 1) / call.tasks;
    for (long u = from; u < to; u++) w.unit(u);
  };
  if (call.tasks == 1) run_region_here(call, plan, kernels, storage, scratch, onto);
  else if (call.tasks > 1) threads.run(call.tasks, task);
}
template <class T>
void run_region_here(const region_call& call, const plan_view& plan, const region_kernel<T>* kernels,
                     void* const* storage, char* scratch, tape* onto, const char* stays) {
  walker<T> w(call, plan, kernels, storage, nullptr, carver{scratch}, onto, stays);
  for (long u = 0; u < call.units; u++) w.unit(u);
}
template <class T>
void run_region_at(const region_call& call, const long* chain, const plan_view& plan, const region_kernel<T>* kernels,
                   void* const* storage, char* scratch) {
  walker<T> w(call, plan, kernels, storage, chain, carver{scratch});
  for (long u = 0; u < call.units; u++) w.unit(u);
}
template <class T> long scratch_bytes_of(const region_call& call, const plan_view& plan) {
  return walker<T>::bytes(call, plan);
}
template long scratch_bytes_of<float>(const region_call&, const plan_view&);
template long scratch_bytes_of<double>(const region_call&, const plan_view&);
template void run_region<float>(const region_call&, const plan_view&, const region_kernel<float>*, void* const*, char*,
                                crew, tape*);
template void run_region<double>(const region_call&, const plan_view&, const region_kernel<double>*, void* const*,
                                 char*, crew, tape*);
template void run_region_here<float>(const region_call&, const plan_view&, const region_kernel<float>*, void* const*,
                                     char*, tape*, const char*);
template void run_region_here<double>(const region_call&, const plan_view&, const region_kernel<double>*, void* const*,
                                      char*, tape*, const char*);
template void run_region_at<float>(const region_call&, const long*, const plan_view&, const region_kernel<float>*,
                                   void* const*, char*);
template void run_region_at<double>(const region_call&, const long*, const plan_view&, const region_kernel<double>*,
                                    void* const*, char*);
} // namespace weft::ir
