// SPDX-License-Identifier: BSL-1.0
#include "walk_region.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace weft::ir {
namespace {

constexpr long chunk_lanes = 1024;   ///< a call covers at most so many lanes: what is copied for it stays in L1
constexpr long task_lanes = 32768;   ///< a task is at least so much work

/// A slot's strides along the loops of a region: kept loops, reduced loops, lanes.
struct loops {
  std::vector<axis_ref> axis;
  std::vector<region_call::loop> loop;
};

region_call::moving_slot moving(const slot& s, const loops& l, const axes& ax, const region_memory& m, const extent_table& extents) {
  region_call::moving_slot r;
  r.what = s, r.memory = m;
  for (std::size_t i = 0; i < l.axis.size(); i++) {
    if (s.where == slot::value) {
      const int p = ax.find(l.axis[i]);
      r.stride.push_back(p < 0 ? 0 : m.strides.stride[p]);
    } else r.stride.push_back(s.where == slot::position && same(s.axis, l.axis[i]) ? 1 : 0);
  }
  if (s.where == slot::position) r.constant = extents.of(s.axis);
  return r;
}

/// Merges loop i into loop i + 1 where every slot steps through both with one stride.
bool mergeable(const region_call& c, std::size_t i, const std::vector<region_call::loop>& l) {
  const auto fine = [&](const region_call::moving_slot& s) {
    if (s.what.where == slot::position) return s.stride[i] == 0 && s.stride[i + 1] == 0;
    return s.what.where != slot::value || s.stride[i] == s.stride[i + 1] * l[i + 1].extent;
  };
  if (l[i].reduced != l[i + 1].reduced) return false;
  for (const auto& pass : c.slots)
    for (const auto& s : pass)
      if (!fine(s)) return false;
  return std::all_of(c.exits.begin(), c.exits.end(), fine);
}

void drop_loop(region_call& c, std::vector<region_call::loop>& l, std::size_t i) {
  l.erase(l.begin() + static_cast<long>(i));
  for (auto& pass : c.slots)
    for (auto& s : pass) s.stride.erase(s.stride.begin() + static_cast<long>(i));
  for (auto& s : c.exits) s.stride.erase(s.stride.begin() + static_cast<long>(i));
}

/// Scratch memory of one worker, cut into pieces.
struct carver {
  char* at;
  template <class T> T* take(long n) {
    T* p = reinterpret_cast<T*>(at);
    at += (n * static_cast<long>(sizeof(T)) + 63) / 64 * 64;
    return p;
  }
};

template <class T> long padded(long n) { return (n + lanes<T> - 1) / lanes<T> * lanes<T>; }

int most_slots(const region_call& c) {
  std::size_t n = 1;
  for (const auto& p : c.slots) n = std::max(n, p.size());
  return static_cast<int>(n);
}

/// One worker's walk over units of a region.
template <class T> struct walker {
  static constexpr int width = lanes<T>;
  using lane = lane_int<T>;
  const region_call& c;
  const plan_view& plan;
  const region_kernel<T>* kernels;
  void* const* storage;

  T** rows;       ///< of each row value: a packet, or a number a lane
  T** scratches;
  T** buffers;    ///< of each slot: a chunk of lanes, for what can't be read or written in place
  T* blocks;      ///< of each instruction, if interpreted
  const T** load_at;
  int* advance;
  lane *extent, *index, *index_step;
  T **combine_at, **store_at;
  long* unit_offset; ///< of each slot of each pass: where the unit begins

  walker(const region_call& call, const plan_view& p, const region_kernel<T>* k, void* const* memory, char* scratch)
      : c(call), plan(p), kernels(k), storage(memory) {
    carver cut{scratch};
    const int n = most_slots(c);
    const long row_lanes = c.lanes_reduced ? width : padded<T>(c.chunk);
    rows = cut.take<T*>(c.r->rows + 1), scratches = cut.take<T*>(c.r->scratches + 1), buffers = cut.take<T*>(n);
    load_at = cut.take<const T*>(n), advance = cut.take<int>(n);
    extent = cut.take<lane>(n), index = cut.take<lane>(n), index_step = cut.take<lane>(n);
    combine_at = cut.take<T*>(n), store_at = cut.take<T*>(n);
    unit_offset = cut.take<long>(static_cast<long>(n) * (c.r->passes + 1));
    for (int i = 0; i < c.r->rows; i++) rows[i] = cut.take<T>(row_lanes);
    for (int i = 0; i < c.r->scratches; i++) scratches[i] = cut.take<T>(c.reduced_total * scratch_lanes());
    for (int i = 0; i < n; i++) buffers[i] = cut.take<T>(padded<T>(std::min(chunk_lanes, c.lanes_extent)));
    blocks = cut.take<T>(0);
  }
  /// A reduced lane axis is kept whole, a kept one by the chunk.
  long scratch_lanes() const { return padded<T>(c.lanes_reduced ? c.lanes_extent : c.chunk); }
  static long bytes(const region_call& c, const plan_view& plan) {
    const int n = most_slots(c);
    int most = 0;
    for (int k = 0; k < c.r->passes; k++) most = std::max(most, plan.passes[c.r->first_pass + k].count);
    const long row_lanes = c.lanes_reduced ? width : padded<T>(c.chunk);
    const long scratch_lanes = padded<T>(c.lanes_reduced ? c.lanes_extent : c.chunk);
    const auto round = [](long b) { return (b + 63) / 64 * 64; };
    long b = 12 * 64 + 3 * round(8 * (c.r->rows + c.r->scratches + n + 2)) + 8 * round(8l * n) + round(8l * n * (c.r->passes + 1));
    b += c.r->rows * round(row_lanes * static_cast<long>(sizeof(T)));
    b += c.r->scratches * round(c.reduced_total * scratch_lanes * static_cast<long>(sizeof(T)));
    b += n * round(padded<T>(std::min(chunk_lanes, c.lanes_extent)) * static_cast<long>(sizeof(T)));
    return b + most * interpreted_block * width * static_cast<long>(sizeof(T)) + 4096;
  }

  /// Lanes [from, from + n) of a value, as the program's lanes.
  void gather(const region_call::moving_slot& s, long offset, long n, T* to) const {
    const long step = s.stride.back();
    with_type(s.memory.type, [&](auto zero) {
      using S = decltype(zero);
      const S* p = static_cast<const S*>(storage[s.memory.storage]) + offset;
      for (long i = 0; i < n; i++) {
        const S v = p[i * step];
        if constexpr (std::is_same_v<S, bool>) to[i] = bits_as<T>(static_cast<lane>(v ? -1 : 0));
        else if constexpr (std::is_integral_v<S>) {
          if constexpr (sizeof(S) > sizeof(lane)) to[i] = bits_as<T>(narrowed<lane>(v));
          else to[i] = bits_as<T>(static_cast<lane>(v));
        } else to[i] = static_cast<T>(v);
      }
    });
  }
  void scatter(const region_call::moving_slot& s, long offset, long n, const T* from) const {
    const long step = s.stride.back();
    with_type(s.memory.type, [&](auto zero) {
      using S = decltype(zero);
      S* p = static_cast<S*>(storage[s.memory.storage]) + offset;
      for (long i = 0; i < n; i++) {
        if constexpr (std::is_same_v<S, bool>) p[i * step] = bits_as<lane>(from[i]) != 0;
        else if constexpr (std::is_integral_v<S>) p[i * step] = static_cast<S>(bits_as<lane>(from[i]));
        else p[i * step] = static_cast<S>(from[i]);
      }
    });
  }
  bool in_place(const region_call::moving_slot& s) const { return s.stride.back() == 1 && s.memory.type != dtype::boolean && size_of(s.memory.type) == sizeof(T); }

  /// One call of a pass over lanes [from, from + n) of the unit; `reduced` numbers the coordinates of the reduced loops.
  void call(const region_pass& pass, int number, const std::vector<region_call::moving_slot>& slots, const long* offset, long from, long n, long chunk_start, long reduced) {
    lane_call<T> a;
    a.packets = (n + width - 1) / width, a.valid = n;
    a.load = load_at, a.advance = advance, a.extent = extent, a.index = index, a.index_step = index_step, a.combine = combine_at, a.store = store_at;
    const bool whole = n % width == 0;
    std::size_t k = 0;
    for (int i = 0; i < pass.loads; i++, k++) {
      const auto& s = slots[k];
      if (s.what.where == slot::value) {
        const long at = offset[k] + (pass.rows && c.lanes_reduced ? 0 : from * s.stride.back());
        if (s.stride.back() == 0 || (pass.rows && c.lanes_reduced)) {
          T one;
          gather(s, at, 1, &one);
          store(buffers[k], broadcast<packet<T>>(one));
          load_at[i] = buffers[k], advance[i] = 0;
        } else if (whole && in_place(s)) load_at[i] = static_cast<const T*>(storage[s.memory.storage]) + at, advance[i] = width;
        else {
          gather(s, at, n, buffers[k]);
          load_at[i] = buffers[k], advance[i] = width;
        }
      } else if (s.what.where == slot::row) {
        load_at[i] = rows[s.what.id] + (c.lanes_reduced ? 0 : from - chunk_start), advance[i] = c.lanes_reduced ? 0 : width;
      } else load_at[i] = scratches[s.what.id] + reduced * scratch_lanes() + (c.lanes_reduced ? from : from - chunk_start), advance[i] = width;
    }
    for (int i = 0; i < pass.extents; i++, k++) extent[i] = static_cast<lane>(slots[k].constant);
    for (int i = 0; i < pass.indices; i++, k++) {
      index_step[i] = static_cast<lane>(slots[k].stride.back());
      index[i] = static_cast<lane>(offset[k] + from * slots[k].stride.back());
    }
    for (int i = 0; i < pass.combines; i++, k++) combine_at[i] = rows[slots[k].what.id] + (c.lanes_reduced ? 0 : from - chunk_start);
    const std::size_t stores = k;
    for (int i = 0; i < pass.stores; i++, k++) {
      const auto& s = slots[k];
      if (s.what.where == slot::row) store_at[i] = rows[s.what.id] + (c.lanes_reduced ? 0 : from - chunk_start);
      else if (s.what.where == slot::scratch) store_at[i] = scratches[s.what.id] + reduced * scratch_lanes() + (c.lanes_reduced ? from : from - chunk_start);
      else if (whole && in_place(s)) store_at[i] = static_cast<T*>(storage[s.memory.storage]) + offset[k] + from;
      else store_at[i] = buffers[k];
    }
    if (kernels && kernels[number]) kernels[number](a);
    else interpret(plan, pass, a, blocks);
    k = stores;
    for (int i = 0; i < pass.stores; i++, k++)
      if (slots[k].what.where == slot::value && store_at[i] == buffers[k]) scatter(slots[k], offset[k] + from * slots[k].stride.back(), n, buffers[k]);
  }

  /// Lanes [from, to): whole packets first, what is left by itself.
  void sweep(const region_pass& pass, int number, const std::vector<region_call::moving_slot>& slots, const long* offset, long from, long to, long reduced) {
    const long start = from;
    while (from < to) {
      long n = std::min(chunk_lanes, to - from);
      if (n > width && n % width) n -= n % width;
      call(pass, number, slots, offset, from, n, start, reduced);
      from += n;
    }
  }

  void start_rows() {
    for (int p = 0; p < c.r->passes; p++) {
      const region_pass& pass = plan.passes[c.r->first_pass + p];
      for (int i = 0; i < pass.count; i++) {
        const instruction& x = plan.instructions[pass.first + i];
        if (x.what != instruction::combine) continue;
        const int row = plan.slots[pass.first_slot + pass.loads + pass.extents + pass.indices + x.slot].id;
        const T value = x.common == real ? static_cast<T>(x.op->neutral) : bits_as<T>(integer_neutral<lane>(x.op->neutral));
        const long n = c.lanes_reduced ? width : padded<T>(c.chunk);
        std::fill(rows[row], rows[row] + n, value);
      }
    }
  }
  /// A finished reduction along the lanes: its packet becomes one value, repeated.
  void finish_rows(const region_pass& pass) {
    for (int i = 0; i < pass.count; i++) {
      const instruction& x = plan.instructions[pass.first + i];
      if (x.what != instruction::combine) continue;
      const int row = plan.slots[pass.first_slot + pass.loads + pass.extents + pass.indices + x.slot].id;
      const auto& code = x.op->template code<T>(x.common);
      const T total = horizontal(load(rows[row]), [&](T a, T b) {
        const T both[2]{a, b};
        return code.scalar(both);
      });
      store(rows[row], broadcast<packet<T>>(total));
    }
  }

  void unit(long u) {
    const long chunk = u % c.chunks;
    long k = u / c.chunks;
    long at[max_rank]{};
    for (std::size_t i = c.kept.size(); i-- > 0;) at[i] = k % c.kept[i].extent, k /= c.kept[i].extent;
    const long from = c.lanes_reduced ? 0 : chunk * c.chunk, to = c.lanes_reduced ? c.lanes_extent : std::min(from + c.chunk, c.lanes_extent);
    const auto offset_of = [&](const region_call::moving_slot& s) {
      long o = s.what.where == slot::value ? s.memory.offset : 0;
      for (std::size_t i = 0; i < c.kept.size(); i++) o += at[i] * s.stride[i];
      return o;
    };
    start_rows();
    for (int p = 0; p < c.r->passes; p++) {
      const region_pass& pass = plan.passes[c.r->first_pass + p];
      const auto& slots = c.slots[static_cast<std::size_t>(p)];
      const int number = c.r->first_pass + p;
      for (std::size_t i = 0; i < slots.size(); i++) unit_offset[i] = offset_of(slots[i]);
      if (pass.rows) {
        if (c.lanes_reduced) call(pass, number, slots, unit_offset, 0, width, 0, 0);
        else sweep(pass, number, slots, unit_offset, from, to, 0);
        continue;
      }
      long* moved = unit_offset + slots.size();
      for (long r = 0; r < c.reduced_total; r++) {
        long rest = r;
        std::copy(unit_offset, unit_offset + slots.size(), moved);
        for (std::size_t i = c.reduced.size(); i-- > 0;) {
          const long j = rest % c.reduced[i].extent;
          rest /= c.reduced[i].extent;
          for (std::size_t s = 0; s < slots.size(); s++) moved[s] += j * slots[s].stride[c.kept.size() + i];
        }
        sweep(pass, number, slots, moved, from, to, r);
      }
      if (c.lanes_reduced) finish_rows(pass);
    }
    for (const auto& e : c.exits) {
      const long o = offset_of(e);
      if (c.lanes_reduced) scatter(e, o, 1, rows[e.what.id]);
      else scatter(e, o + from * e.stride.back(), to - from, rows[e.what.id]);
    }
  }
};
} // namespace

template <class T>
region_call prepare_region(graph_view g, const plan_view& plan, const region& r, const extent_table& extents, function_ref<region_memory(int)> memory) {
  region_call c;
  c.r = &r;
  loops l;
  const int last = r.space.n - 1;
  for (const bool reduced : {false, true})
    for (int i = 0; i < last; i++)
      if (r.reduced.has(r.space[i]) == reduced) l.axis.push_back(r.space[i]), l.loop.push_back({extents.of(r.space[i]), reduced});
  c.lanes_reduced = r.along;
  c.lanes_extent = last < 0 ? 1 : extents.of(r.space[last]);
  if (last >= 0) l.axis.push_back(r.space[last]), l.loop.push_back({c.lanes_extent, r.along});
  else l.axis.push_back(nullptr), l.loop.push_back({1, r.along});
  if (last < 0) l.axis.clear();
  const auto bind = [&](const slot& s) {
    const region_memory m = s.where == slot::value ? memory(s.id) : region_memory{};
    auto moved = moving(s, l, s.where == slot::value ? g[s.id].ax : axes{}, m, extents);
    if (last < 0) moved.stride.push_back(0);
    return moved;
  };
  for (int k = 0; k < r.passes; k++) {
    const region_pass& pass = plan.passes[r.first_pass + k];
    c.slots.emplace_back();
    for (int i = 0; i < pass.slots(); i++) c.slots.back().push_back(bind(plan.slots[pass.first_slot + i]));
  }
  for (int i = 0; i < r.exits; i++) {
    const row_exit& e = plan.exits[r.first_exit + i];
    auto s = bind({slot::value, e.node, nullptr, g[e.node].k});
    s.what.id = e.row;
    c.exits.push_back(s);
  }
  for (std::size_t i = l.loop.size() - 1; i-- > 0;)
    if (l.loop[i].extent == 1 && l.loop.size() > 1) drop_loop(c, l.loop, i);
  for (std::size_t i = l.loop.size() - 1; i-- > 0;)
    if (i + 1 < l.loop.size() && mergeable(c, i, l.loop)) {
      l.loop[i + 1].extent *= l.loop[i].extent;
      drop_loop(c, l.loop, i);
    }
  c.lanes_extent = l.loop.back().extent;
  l.loop.pop_back();
  for (const auto& x : l.loop) {
    (x.reduced ? c.reduced : c.kept).push_back(x);
    (x.reduced ? c.reduced_total : c.kept_total) *= x.extent;
  }
  bool several = c.r->scratches > 0 || c.r->rows > 0;
  c.chunk = c.lanes_reduced ? c.lanes_extent : std::min(c.lanes_extent, several ? chunk_lanes / 4 : task_lanes);
  if (c.chunk < 1) c.chunk = 1;
  c.chunks = c.lanes_reduced ? 1 : (c.lanes_extent + c.chunk - 1) / c.chunk;
  c.units = c.kept_total * c.chunks;
  const long unit_lanes = std::max(1l, c.reduced_total * c.chunk);
  c.tasks = std::clamp(c.units * unit_lanes / task_lanes, std::min(1l, c.units), std::min(c.units, 1024l));
  c.scratch_bytes = walker<T>::bytes(c, plan);
  return c;
}

template <class T>
void run_region(const region_call& call, const plan_view& plan, const region_kernel<T>* kernels, void* const* storage, char* scratch, pool& threads) {
  const auto task = [&](long t, int worker) {
    walker<T> w(call, plan, kernels, storage, scratch + worker * call.scratch_bytes);
    const long from = call.units * t / call.tasks, to = call.units * (t + 1) / call.tasks;
    for (long u = from; u < to; u++) w.unit(u);
  };
  if (call.tasks == 0) return;
  if (call.tasks == 1) return task(0, 0);
  threads.run(call.tasks, task);
}
template void run_region<float>(const region_call&, const plan_view&, const region_kernel<float>*, void* const*, char*, pool&);
template void run_region<double>(const region_call&, const plan_view&, const region_kernel<double>*, void* const*, char*, pool&);

template region_call prepare_region<float>(graph_view, const plan_view&, const region&, const extent_table&, function_ref<region_memory(int)>);
template region_call prepare_region<double>(graph_view, const plan_view&, const region&, const extent_table&, function_ref<region_memory(int)>);
} // namespace weft::ir
