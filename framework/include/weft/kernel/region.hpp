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

  /// Packets taken one after another: their places, and the steps from one to the next; in variables of its own, as
  /// stores of packets may alias anything in memory.
  struct line {
    const T* load[pass.loads + 1];
    long load_step[pass.loads + 1];
    T* store[pass.stores + 1];
    long store_step[pass.stores + 1];
    packet<lane_int<T>> index[pass.indices + 1], index_step[pass.indices + 1];
    packet<T> totals[pass.combines * queue + 1];
  };
  /// Row r from its packet i on, or the column of packets.
  [[gnu::always_inline]] static void start(line& l, const lane_call<T>& c, long r, long i) {
    using lane = lane_int<T>;
    using ints = packet<lane>;
    for (int k = 0; k < pass.loads; k++) {
      l.load[k] = c.load[k] + r * c.load_row[k] + i * c.advance[k];
      l.load_step[k] = down ? c.load_row[k] : c.advance[k];
    }
    for (int k = 0; k < pass.stores; k++) {
      l.store[k] = c.store[k] + r * c.store_row[k] + i * lanes<T>;
      l.store_step[k] = down ? c.store_row[k] : lanes<T>;
    }
    for (int k = 0; k < pass.indices; k++) {
      const lane first = static_cast<lane>(c.index[k] + static_cast<lane>(r) * c.index_row[k] +
                                           static_cast<lane>(i) * c.index_packet[k]);
      l.index[k] = broadcast<ints>(first) + iota<ints>() * broadcast<ints>(c.index_lane[k]);
      l.index_step[k] = broadcast<ints>(down ? c.index_row[k] : c.index_packet[k]);
    }
  }

  /// One instruction for packet i of a line. With `Part`, lanes from `valid` on don't count.
  template <int I, bool Part> [[gnu::always_inline]] static void execute(packet<T>* v, line& l, long i, long valid) {
    constexpr instruction x = at<I>;
    if constexpr (uniform[I]) return; // computed before
    else if constexpr (x.what == instruction::load) v[I] = load(l.load[x.slot] + i * l.load_step[x.slot]);
    else if constexpr (x.what == instruction::index) {
      v[I] = bits_as<packet<T>>(l.index[x.slot]);
      l.index[x.slot] += l.index_step[x.slot];
    } else if constexpr (x.what == instruction::apply) v[I] = applied<I>(v);
    else if constexpr (x.what == instruction::combine) {
      constexpr auto one = x.op->template one<T>(x.common);
      packet<T>* q = l.totals + x.slot * queue;
      const packet<T> both[2]{q[0], Part ? counted<T>(v[x.arg[0]], valid, x.op->neutral, x.common) : v[x.arg[0]]};
      if constexpr (pass.along)
        for (int k = 0; k + 1 < queue; k++) q[k] = q[k + 1];
      q[pass.along ? queue - 1 : 0] = one(both);
    } else store(l.store[x.slot] + i * l.store_step[x.slot], v[x.arg[0]]);
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
    else if constexpr (x.common == real) v[I] = broadcast<packet<T>>(static_cast<T>(x.value));
    else
      v[I] = bits_as<packet<T>>(
          broadcast<packet<lane>>(static_cast<lane>(x.common == boolean ? -(x.value != 0) : x.value)));
  }

  /// Packets that are computed in turn, instruction by instruction, none of which waits for another. Down the rows,
  /// where each is combined with the one before it: one of each of three lines, if the pass is so short that the
  /// processor can look beyond it. Along a row: three of it, if several functions, one after another, fill the
  /// processor's window.
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
  using values = packet<T>[pass.count];

  static void run(const lane_call<T>& call) { run(call, std::make_integer_sequence<int, pass.count>{}); }
  template <int... I> static void run(const lane_call<T>& call, std::integer_sequence<int, I...> all) {
    const lane_call<T> c = call;
    values v[together];
    for (values& one : v) (execute_uniform<I>(one, c), ...);
    const long lines = down ? c.packets : c.rows;
    long n = 0;
    if constexpr (down && together > 1)
      for (; n + together <= lines; n += together) run_lines<together>(c, v, n, all);
    for (; n < lines; n++) run_lines<1>(c, v, n, all);
  }
  /// So many lines from n on.
  template <int Lines, int... I>
  [[gnu::always_inline]] static void run_lines(const lane_call<T>& c, values* v, long n,
                                               std::integer_sequence<int, I...> all) {
    const long whole = down ? c.rows : counts ? c.valid / lanes<T> : c.packets;
    line l[Lines];
    const auto totals = [&](auto f) __attribute__((always_inline)) {
      for (int j = 0; j < Lines; j++)
        for (int k = 0; k < pass.combines; k++)
          if constexpr (counts)
            for (int q = 0; q < queue; q++) f(l[j].totals[k * queue + q], c.combine[k] + (n * queue + q) * lanes<T>);
          else f(l[j].totals[k * queue], c.combine[k] + (n + j) * lanes<T>);
    };
    for (int j = 0; j < Lines; j++) start(l[j], c, down ? 0 : n, down ? n + j : 0);
    totals([](packet<T>& t, T* at) __attribute__((always_inline)) { t = load(at); });
    long i = 0;
    if constexpr (!down && together > 1)
      for (; i + together <= whole; i += together) in_turn<together>(v, l, i, all);
    for (; i < whole; i++) in_turn<Lines>(v, l, i, all);
    if constexpr (counts)
      if (whole < c.packets) (execute<I, true>(v[0], l[0], whole, c.valid - whole * lanes<T>), ...);
    totals([](packet<T>& t, T* at) __attribute__((always_inline)) { store(at, t); });
  }
  /// Packet i of each of N lines, or N packets of one from i on.
  template <int N, int... I>
  [[gnu::always_inline]] static void in_turn(values* v, line* l, long i, std::integer_sequence<int, I...>) {
    const auto each = [&]<int J>(std::integral_constant<int, J>) __attribute__((always_inline)) {
#pragma GCC unroll 4
      for (int j = 0; j < N; j++) execute<J, false>(v[j], l[down ? j : 0], down ? i : i + j, 0);
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
