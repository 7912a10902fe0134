// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "tape.hpp"

#include <weft/kernel/lane_call.hpp>

#include <algorithm>
#include <vector>

namespace weft::ir {

/// a, b -> their reduction.
template <class T> auto combining(const op_def& op, kind common) {
  return [one = op.one<T>(common)](packet<T> a, packet<T> b) {
    const packet<T> both[2]{a, b};
    return one(both);
  };
}
/// For a distance of half the lanes, then of a quarter, ..., of 1: stores each row to `queues` with lanes that far
/// apart exchanged, and calls f.
template <int Step, class T, class F> void exchange_lanes(const T* rows, T* queues, long n, const F& f) {
  if constexpr (Step > 0) {
    [&]<int... Lane>(std::integer_sequence<int, Lane...>) {
      for (long r = 0; r < n * lanes<T>; r += lanes<T>) {
        const packet<T> v = load(rows + r);
        store(queues + r, packet<T>(__builtin_shufflevector(v, v, (Lane ^ Step)...)));
      }
    }(std::make_integer_sequence<int, lanes<T>>{});
    f();
    exchange_lanes<Step / 2>(rows, queues, n, f);
  }
}
/// Of each of n rows: its queue of partial results becomes one value, repeated. The queues are used up.
template <class T> void finish_queues(const op_def& op, kind common, T* queues, T* rows, long n) {
  constexpr int width = lanes<T>;
  static_assert(queue == 4);
  const auto combine = [&](T* to, const T* a, const T* b, int step) {
    const T* const both[2]{a, b};
    const int advance[2]{step, step};
    op.code<T>(common).block(to, both, advance, n);
  };
  combine(rows, queues, queues + width, queue * width);
  // in place: packet r is written when packets 4 r + 2 and 4 r + 3 have been read
  combine(queues, queues + 2 * width, queues + 3 * width, queue * width);
  combine(rows, rows, queues, width);
  exchange_lanes<width / 2>(rows, queues, n, [&] { combine(rows, rows, queues, width); });
  for (long r = 0; r < n; r++) store(rows + r * width, broadcast<packet<T>>(rows[r * width]));
}

/// Has a tape keep a call's lists as they are now.
template <class T> void keep_lists(tape& t, const region_pass& pass, lane_call<T>& x) {
  t.keep(x.load, pass.loads), t.keep(x.load_row, pass.loads);
  t.keep(x.extent, pass.extents);
  t.keep(x.index, pass.indices), t.keep(x.index_lane, pass.indices);
  t.keep(x.index_packet, pass.indices), t.keep(x.index_row, pass.indices);
  t.keep(x.combine, pass.combines);
  t.keep(x.store, pass.stores), t.keep(x.store_row, pass.stores);
}

/// What a run of a region did, so that later ones of the same extents do it again without finding out how: memory
/// that it filled and copied, and passes that it called with what was bound to their slots. Values may lie elsewhere in
/// the next run, so what lies in one is kept as a place in its storage; all else is in the worker's scratch. Runs of
/// many calls, or with values that are converted, are not recorded.
template <class T> struct region_recording {
  using lane = lane_int<T>;
  static constexpr long most_calls = 8, most_actions = 16;

  /// An element of a storage, or of scratch.
  struct place {
    T* at = nullptr;
    int storage = -1;
    long offset = 0;
    T* in(void* const* storages) const { return storage < 0 ? at : static_cast<T*>(storages[storage]) + offset; }
  };
  /// What a list below holds at `at` lies in a storage.
  struct moving_place {
    std::size_t at;
    place where;
  };
  struct action {
    enum kind : std::uint8_t {
      fill,   ///< n elements with a value
      copy,   ///< n elements, with steps
      repeat, ///< n elements, each as a packet
      finish, ///< n queues, each to one value, repeated
      call    ///< of a pass
    };
    kind what = call; ///< the next of the calls
    place from{}, to{};
    long from_step = 1, to_step = 1, n = 0;
    T value{};
    const op_def* op = nullptr; ///< that finishes
    weft::kind common = real;

    /// Does it, unless it is a call.
    void run(T* memory, T* result) const {
      if (what == fill) std::fill_n(result, n, value);
      else if (what == finish) finish_queues(*op, common, memory, result, n);
      else if (what == repeat)
        for (long i = 0; i < n; i++)
          weft::store(result + i * weft::lanes<T>, broadcast<packet<T>>(memory[i * from_step]));
      else if (from_step == 1 && to_step == 1) std::copy_n(memory, n, result);
      else
        for (long i = 0; i < n; i++) result[i * to_step] = memory[i * from_step];
    }
  };
  struct pass_call {
    int pass = -1;
    lane_call<T> with; ///< its lists are parts of those below
  };
  /// An index that a pass is called with: the slot's own, which moves from tile to tile, and more.
  struct index_place {
    std::size_t at;
    int pass, slot;
    lane more;
  };
  std::vector<action> actions;
  std::vector<pass_call> calls;
  std::vector<moving_place> load_places, store_places;
  std::vector<index_place> index_places;
  std::vector<const T*> load;
  std::vector<T*> combine, store;
  std::vector<long> load_row, store_row;
  std::vector<lane> extent, index, index_lane, index_packet, index_row;

  T* blocks = nullptr; ///< for passes that are interpreted

  /// Extents that come but once, as of a tile that a mask cuts, aren't worth recording: the second run is.
  enum state : std::uint8_t { none, met, unfinished, complete, given_up };
  state is = none;
  const char* scratch = nullptr; ///< what it is for
  long lanes = 0, rows = 0;

  /// Room for a run of so many calls of passes with so many slots at most: none is made later.
  void reserve(std::size_t of_calls, std::size_t slots) {
    actions.reserve(most_actions);
    calls.reserve(of_calls);
    const auto room = [n = of_calls * slots](auto&... list) { (list.reserve(n), ...); };
    room(load_places, store_places, index_places, load, combine, store, load_row, store_row, extent, index, index_lane,
         index_packet, index_row);
  }
  bool is_of(const char* memory, long of_lanes, long of_rows) const {
    return is != none && scratch == memory && lanes == of_lanes && rows == of_rows;
  }
  void meet(const char* memory, long of_lanes, long of_rows) {
    is = met, scratch = memory, lanes = of_lanes, rows = of_rows;
  }
  void begin() {
    const auto clear = [](auto&... list) { (list.clear(), ...); };
    clear(actions, calls, load_places, store_places, index_places, load, combine, store, load_row, store_row, extent,
          index, index_lane, index_packet, index_row);
    is = unfinished;
  }
  void finish() {
    if (is == unfinished) is = complete;
  }
  /// Whether there was room.
  bool add(const action& x) {
    if (actions.size() == actions.capacity()) is = given_up;
    else actions.push_back(x);
    return is == unfinished;
  }
  /// A call of a pass whose slots are bound, with lists of its own. `buffers`: of each slot, for values that could not
  /// be bound where they lie.
  template <class Slot>
  bool add_call(int number, const region_pass& pass, const Slot* slots, const lane_call<T>& bound, void* const* storage,
                T* const* buffers) {
    if (calls.size() == calls.capacity()) {
      is = given_up;
      return false;
    }
    const auto own = [](auto& list, const auto* from, int n) {
      list.insert(list.end(), from, from + n);
      return list.data() + list.size() - n;
    };
    const auto own_places = [&](auto& places, auto& list, const auto* at, int n, int first_slot) {
      for (int i = 0; i < n; i++)
        if (const Slot& s = slots[first_slot + i]; s.what.where == slot::value && at[i] != buffers[first_slot + i]) {
          const long offset = at[i] - static_cast<T*>(storage[s.memory.storage]);
          places.push_back({list.size() + static_cast<std::size_t>(i), {nullptr, s.memory.storage, offset}});
        }
      return own(list, at, n);
    };
    const int indices = pass.loads + pass.extents;
    for (int i = 0; i < pass.indices; i++) {
      const auto offset = static_cast<lane>(slots[indices + i].memory.offset);
      index_places.push_back({index.size() + static_cast<std::size_t>(i), number, indices + i,
                              static_cast<lane>(bound.index[i] - offset)});
    }
    lane_call<T> x = bound;
    x.load = own_places(load_places, load, bound.load, pass.loads, 0);
    x.load_row = own(load_row, bound.load_row, pass.loads);
    x.extent = own(extent, bound.extent, pass.extents), x.index = own(index, bound.index, pass.indices);
    x.index_lane = own(index_lane, bound.index_lane, pass.indices);
    x.index_packet = own(index_packet, bound.index_packet, pass.indices);
    x.index_row = own(index_row, bound.index_row, pass.indices);
    x.combine = own(combine, bound.combine, pass.combines);
    x.store = own_places(store_places, store, bound.store, pass.stores, pass.slots() - pass.stores);
    x.store_row = own(store_row, bound.store_row, pass.stores);
    calls.push_back({number, x});
    return add({.what = action::call});
  }
  /// Does it again, and puts it onto a tape if there is one. offset_of(pass, slot): an index's; run(pass, call): a
  /// pass.
  template <class Offset, class Run> void repeat(void* const* storage, Offset offset_of, Run run, tape* onto) {
    for (const moving_place& x : load_places) load[x.at] = x.where.in(storage);
    for (const moving_place& x : store_places) store[x.at] = x.where.in(storage);
    for (const index_place& x : index_places) index[x.at] = static_cast<lane>(offset_of(x.pass, x.slot)) + x.more;
    const pass_call* next = calls.data();
    for (const action& x : actions) {
      if (x.what == action::call) {
        run(next->pass, next->with), next++;
        continue;
      }
      T *from = x.from.in(storage), *to = x.to.in(storage);
      act(onto, [=] { x.run(from, to); });
    }
  }
};

/// Recordings of a region, one for each of the last few extents that it was run with.
template <class T> class region_recordings {
  struct kept {
    region_recording<T> what;
    long used = 0; ///< the number of the run that used it last
  };
  std::vector<kept> all_;
  long runs_ = 0;

public:
  void make_room(std::size_t most, std::size_t calls, std::size_t slots) {
    all_.resize(most);
    for (kept& k : all_) k.what.reserve(calls, slots);
  }
  /// That of runs of these extents, or null if they are met for the first time.
  region_recording<T>* find(const char* scratch, long lanes, long rows) {
    if (all_.empty()) return nullptr;
    kept* oldest = &all_[0];
    for (kept& k : all_) {
      if (k.used < oldest->used) oldest = &k;
      if (!k.what.is_of(scratch, lanes, rows)) continue;
      k.used = ++runs_;
      return &k.what;
    }
    oldest->what.meet(scratch, lanes, rows), oldest->used = ++runs_;
    return nullptr;
  }
};
} // namespace weft::ir
