// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/lane_call.hpp>

#include <array>
#include <utility>

/// Kernels generated from region passes: the instructions of a constant plan, unrolled over packets.
namespace weft::ir {

template <const auto& Plan, int Pass, class T> struct generated {
  static constexpr region_pass pass = Plan.passes[Pass];
  template <int I> static constexpr instruction at = Plan.instructions[static_cast<std::size_t>(pass.first + I)];

  /// Whether an instruction is the same for all lanes of a call: made of numbers and extents alone.
  static constexpr std::array<bool, pass.count> uniform = [] {
    std::array<bool, pass.count> u{};
    for (int i = 0; i < pass.count; i++)
      u[static_cast<std::size_t>(i)] = is_uniform(Plan.instructions.data() + pass.first, u.data(), i);
    return u;
  }();

  /// What a row needs of the call, in variables of its own: stores of packets may alias anything in memory.
  struct row_of {
    const T* load[pass.loads + 1];
    long advance[pass.loads + 1];
    T* store[pass.stores + 1];
    T* combine[pass.combines + 1];
    packet<lane_int<T>> index[pass.indices + 1], index_step[pass.indices + 1];
    long valid;
  };

  /// One instruction for packet i of a row. `Whole`: all lanes of the packet count.
  template <int I, bool Whole> [[gnu::always_inline]] static void execute(packet<T>* v, packet<T>* totals, row_of& row,
                                                                          long i) {
    constexpr instruction x = at<I>;
    if constexpr (uniform[I]) return; // computed before
    else if constexpr (x.what == instruction::load) v[I] = load(row.load[x.slot] + i * row.advance[x.slot]);
    else if constexpr (x.what == instruction::index) {
      v[I] = bits_as<packet<T>>(row.index[x.slot]);
      row.index[x.slot] += row.index_step[x.slot];
    } else if constexpr (x.what == instruction::apply) v[I] = applied<I>(v);
    else if constexpr (x.what == instruction::combine) {
      constexpr auto one = x.op->template code<T>(x.common).one;
      packet<T> both[2];
      if constexpr (pass.along) {
        packet<T>* q = totals + x.slot * queue;
        both[0] = q[0],
        both[1] = Whole ? v[x.arg[0]] : counted<T>(v[x.arg[0]], row.valid - i * lanes<T>, x.op->neutral, x.common);
        for (int k = 0; k + 1 < queue; k++) q[k] = q[k + 1];
        q[queue - 1] = one(both);
      } else {
        T* total = row.combine[x.slot] + i * lanes<T>;
        both[0] = load(total), both[1] = v[x.arg[0]];
        store(total, one(both));
      }
    } else store(row.store[x.slot] + i * lanes<T>, v[x.arg[0]]);
  }
  template <int I> [[gnu::always_inline]] static packet<T> applied(const packet<T>* v) {
    constexpr instruction x = at<I>;
    packet<T> arg[3];
    arg[0] = v[x.arg[0]];
    if constexpr (x.op->arity > 1) arg[1] = v[x.arg[1]];
    if constexpr (x.op->arity > 2) arg[2] = v[x.arg[2]];
    constexpr auto one = x.op->template code<T>(x.common).one;
    return one(arg);
  }
  template <int I> [[gnu::always_inline]] static void execute_uniform(packet<T>* v, const lane_call<T>& c) {
    constexpr instruction x = at<I>;
    using lane = lane_int<T>;
    if constexpr (!uniform[I]) return;
    else if constexpr (x.what == instruction::apply) v[I] = applied<I>(v);
    else if constexpr (x.what == instruction::extent)
      v[I] = bits_as<packet<T>>(broadcast<packet<lane>>(c.extent[x.slot]));
    else if constexpr (x.common == real) v[I] = broadcast<packet<T>>(static_cast<T>(x.value));
    else
      v[I] = bits_as<packet<T>>(
          broadcast<packet<lane>>(static_cast<lane>(x.common == boolean ? -(x.value != 0) : x.value)));
  }

  static void run(const lane_call<T>& call) { run(call, std::make_integer_sequence<int, pass.count>{}); }
  template <int... I> static void run(const lane_call<T>& call, std::integer_sequence<int, I...>) {
    using lane = lane_int<T>;
    using ints = packet<lane>;
    constexpr bool counts = pass.along && pass.combines > 0;
    const lane_call<T> c = call;
    packet<T> v[pass.count];
    (execute_uniform<I>(v, c), ...);
    for (long r = 0; r < c.rows; r++) {
      row_of row;
      for (int k = 0; k < pass.loads; k++) row.load[k] = c.load[k] + r * c.load_row[k], row.advance[k] = c.advance[k];
      for (int k = 0; k < pass.stores; k++) row.store[k] = c.store[k] + r * c.store_row[k];
      for (int k = 0; k < pass.combines; k++) row.combine[k] = c.combine[k];
      for (int k = 0; k < pass.indices; k++) {
        const lane first = static_cast<lane>(c.index[k] + static_cast<lane>(r) * c.index_row[k]);
        row.index[k] = broadcast<ints>(first) + iota<ints>() * broadcast<ints>(c.index_lane[k]);
        row.index_step[k] = broadcast<ints>(c.index_packet[k]);
      }
      row.valid = c.valid;
      packet<T> totals[pass.combines * queue + 1];
      if constexpr (counts)
        for (int k = 0; k < pass.combines * queue; k++)
          totals[k] = load(row.combine[k / queue] + (r * queue + k % queue) * lanes<T>);
      const long whole = counts ? c.valid / lanes<T> : c.packets;
      for (long i = 0; i < whole; i++) (execute<I, true>(v, totals, row, i), ...);
      if constexpr (counts) {
        if (whole < c.packets) (execute<I, false>(v, totals, row, whole), ...);
        for (int k = 0; k < pass.combines * queue; k++)
          store(row.combine[k / queue] + (r * queue + k % queue) * lanes<T>, totals[k]);
      }
    }
  }
};

/// One kernel for each distinct pass of a plan; equal passes share theirs.
template <const auto& Plan, class T> struct kernels_of {
  static constexpr std::size_t count = Plan.passes.size();
  static constexpr auto table = []<std::size_t... P>(std::index_sequence<P...>) {
    return std::array<region_kernel<T>, count + 1>{&generated<Plan, Plan.passes[P].same_as, T>::run..., nullptr};
  }(std::make_index_sequence<count>{});
};
} // namespace weft::ir
