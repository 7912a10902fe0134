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

  /// Whether rows are reduced, each lane by itself: packets are then taken down the rows, column by column, and what
  /// they are combined with stays in registers.
  static constexpr bool down = !pass.along && pass.combines > 0;
  static constexpr bool counts = pass.along && pass.combines > 0;

  /// Lanes from one packet of a row to the next, of each load.
  static constexpr std::array<int, pass.loads + 1> packet_step = [] {
    std::array<int, pass.loads + 1> step{};
    for (int i = 0; i < pass.count; i++)
      if (const instruction& x = Plan.instructions[static_cast<std::size_t>(pass.first + i)];
          x.what == instruction::load && !x.repeated)
        step[static_cast<std::size_t>(x.slot)] = lanes<T>;
    return step;
  }();

  /// Packets that are computed in turn, instruction by instruction, none of which waits for another. Down the rows,
  /// where each is combined with the one before it: those of three columns, if the pass is so short that the processor
  /// can look beyond it. Along a row: three of it, if several functions, one after another, fill the processor's
  /// window.
  static constexpr int together = [] {
    int computed = 0;
    double functions = 0; ///< their FLOPs
    for (int i = 0; i < pass.count; i++) {
      const instruction& x = Plan.instructions[static_cast<std::size_t>(pass.first + i)];
      if (uniform[static_cast<std::size_t>(i)]) continue;
      computed++;
      if (x.what == instruction::apply && x.op->flops > 4) functions += x.op->flops;
    }
    return (down ? computed <= 8 : functions > 30 && computed <= 40) ? 3 : 1;
  }();
  static constexpr int columns = down ? together : 1;
  using ints = packet<lane_int<T>>;
  using values = packet<T>[pass.count];

  /// Where a pass is: in a row, or in some columns of one. In variables of its own, as stores of packets may alias
  /// anything in memory.
  struct place {
    const T* load[pass.loads + 1];
    T* store[pass.stores + 1];
    long load_row[pass.loads + 1], store_row[pass.stores + 1];
    ints index[pass.indices * columns + 1], index_step[pass.indices + 1];
    packet<T> totals[pass.combines * (counts ? queue : columns) + 1];
  };
  /// At packet `i` of row `r`.
  [[gnu::always_inline]] static void start(place& p, const lane_call<T>& c, long r, long i) {
    using lane = lane_int<T>;
    for (int k = 0; k < pass.loads; k++) {
      p.load_row[k] = c.load_row[k];
      p.load[k] = c.load[k] + r * c.load_row[k] + i * packet_step[static_cast<std::size_t>(k)];
    }
    for (int k = 0; k < pass.stores; k++) {
      p.store_row[k] = c.store_row[k];
      p.store[k] = c.store[k] + r * c.store_row[k] + i * lanes<T>;
    }
    for (int k = 0; k < pass.indices; k++) {
      p.index_step[k] = broadcast<ints>(down ? c.index_row[k] : c.index_packet[k]);
      for (int j = 0; j < columns; j++) {
        const lane first = static_cast<lane>(c.index[k] + static_cast<lane>(r) * c.index_row[k] +
                                             static_cast<lane>(i + j) * c.index_packet[k]);
        p.index[k * columns + j] = broadcast<ints>(first) + iota<ints>() * broadcast<ints>(c.index_lane[k]);
      }
    }
  }
  /// To the next row.
  [[gnu::always_inline]] static void step_down(place& p) {
    for (int k = 0; k < pass.loads; k++) p.load[k] += p.load_row[k];
    for (int k = 0; k < pass.stores; k++) p.store[k] += p.store_row[k];
    for (int k = 0; k < pass.indices; k++)
      for (int j = 0; j < columns; j++) p.index[k * columns + j] += p.index_step[k];
  }

  /// One instruction for packet i, of column j. With `Part`, lanes from `valid` on don't count.
  template <int I, bool Part>
  [[gnu::always_inline]] static void execute(packet<T>* v, place& p, long i, int j, long valid) {
    constexpr instruction x = at<I>;
    if constexpr (uniform[I]) return; // computed before
    else if constexpr (x.what == instruction::load && x.repeated) v[I] = broadcast<packet<T>>(*p.load[x.slot]);
    else if constexpr (x.what == instruction::load) v[I] = load(p.load[x.slot] + i * packet_step[x.slot]);
    else if constexpr (x.what == instruction::index) {
      ints& index = p.index[x.slot * columns + j];
      v[I] = bits_as<packet<T>>(index);
      if constexpr (!down) index += p.index_step[x.slot];
    } else if constexpr (x.what == instruction::apply) v[I] = applied<I>(v);
    else if constexpr (x.what == instruction::combine) {
      constexpr auto one = x.op->template one<T>(x.common);
      packet<T>* q = p.totals + (counts ? x.slot * queue : x.slot * columns + j);
      const packet<T> both[2]{q[0], Part ? counted<T>(v[x.arg[0]], valid, x.op->neutral, x.common) : v[x.arg[0]]};
      if constexpr (counts)
        for (int k = 0; k + 1 < queue; k++) q[k] = q[k + 1];
      q[counts ? queue - 1 : 0] = one(both);
    } else store(p.store[x.slot] + i * lanes<T>, v[x.arg[0]]);
  }
  template <int I> [[gnu::always_inline]] static packet<T> applied(const packet<T>* v) {
    constexpr instruction x = at<I>;
    packet<T> arg[3];
    arg[0] = v[x.arg[0]];
    if constexpr (x.op->arity > 1) arg[1] = v[x.arg[1]];
    if constexpr (x.op->arity > 2) arg[2] = v[x.arg[2]];
    constexpr auto one = x.op->template one<T>(x.common);
    return one(arg);
  }
  template <int I> [[gnu::always_inline]] static void execute_uniform(packet<T>* v, const lane_call<T>& c) {
    constexpr instruction x = at<I>;
    using lane = lane_int<T>;
    if constexpr (!uniform[I]) return;
    else if constexpr (x.what == instruction::apply) v[I] = applied<I>(v);
    else if constexpr (x.what == instruction::extent)
      v[I] = bits_as<packet<T>>(broadcast<packet<lane>>(c.extent[x.slot]));
    else v[I] = in_all_lanes<T>(lane_bits<T>(x.value, x.common));
  }

  static void run(const lane_call<T>& call) { run(call, std::make_integer_sequence<int, pass.count>{}); }
  template <int... I> static void run(const lane_call<T>& call, std::integer_sequence<int, I...> all) {
    const lane_call<T> c = call;
    values v[together];
    for (values& one : v) (execute_uniform<I>(one, c), ...);
    if constexpr (down) {
      long i = 0;
      if constexpr (columns > 1)
        for (; i + columns <= c.packets; i += columns) run_columns<columns>(c, v, i, all);
      for (; i < c.packets; i++) run_columns<1>(c, v, i, all);
    } else
      for (long r = 0; r < c.rows; r++) run_row(c, v, r, all);
  }
  /// Packets i to i + N of all rows.
  template <int N, int... I>
  [[gnu::always_inline]] static void run_columns(const lane_call<T>& c, values* v, long i,
                                                 std::integer_sequence<int, I...> all) {
    place p;
    start(p, c, 0, i);
    const auto totals = [&](auto f) __attribute__((always_inline)) {
      for (int k = 0; k < pass.combines; k++)
        for (int j = 0; j < N; j++) f(p.totals[k * columns + j], c.combine[k] + (i + j) * lanes<T>);
    };
    totals([](packet<T>& t, T* at) __attribute__((always_inline)) { t = load(at); });
    for (long r = 0; r < c.rows; r++, step_down(p)) in_turn<N>(v, p, 0, all);
    totals([](packet<T>& t, T* at) __attribute__((always_inline)) { store(at, t); });
  }
  template <int... I>
  [[gnu::always_inline]] static void run_row(const lane_call<T>& c, values* v, long r,
                                             std::integer_sequence<int, I...> all) {
    const long whole = counts ? c.valid / lanes<T> : c.packets;
    place p;
    start(p, c, r, 0);
    const auto totals = [&](auto f) __attribute__((always_inline)) {
      if constexpr (counts)
        for (int k = 0; k < pass.combines * queue; k++)
          f(p.totals[k], c.combine[k / queue] + (r * queue + k % queue) * lanes<T>);
    };
    totals([](packet<T>& t, T* at) __attribute__((always_inline)) { t = load(at); });
    long i = 0;
    if constexpr (together > 1)
      for (; i + together <= whole; i += together) in_turn<together>(v, p, i, all);
    for (; i < whole; i++) in_turn<1>(v, p, i, all);
    if constexpr (counts)
      if (whole < c.packets) (execute<I, true>(v[0], p, whole, 0, c.valid - whole * lanes<T>), ...);
    totals([](packet<T>& t, T* at) __attribute__((always_inline)) { store(at, t); });
  }
  /// N packets from i on.
  template <int N, int... I>
  [[gnu::always_inline]] static void in_turn(values* v, place& p, long i, std::integer_sequence<int, I...>) {
    const auto each = [&]<int J>(std::integral_constant<int, J>) __attribute__((always_inline)) {
#pragma GCC unroll 4
      for (int j = 0; j < N; j++) execute<J, false>(v[j], p, i + j, down ? j : 0, 0);
    };
    (each(std::integral_constant<int, I>{}), ...);
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
