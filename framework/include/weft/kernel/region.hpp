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

  /// Where the slots of one row begin.
  struct row_of {
    const T* load[pass.loads + 1];
    T* store[pass.stores + 1];
    lane_int<T> index[pass.indices + 1];
  };

  template <int I> [[gnu::always_inline]] static void execute(packet<T>* v, packet<T>* totals, const row_of& row, const lane_call<T>& c, long i) {
    constexpr instruction x = at<I>;
    using lane = lane_int<T>;
    using ints = packet<lane>;
    if constexpr (x.what == instruction::load) v[I] = load(row.load[x.slot] + i * c.advance[x.slot]);
    else if constexpr (x.what == instruction::number) {
      if constexpr (x.common == real) v[I] = broadcast<packet<T>>(static_cast<T>(x.value));
      else v[I] = bits_as<packet<T>>(broadcast<ints>(static_cast<lane>(x.common == boolean ? -(x.value != 0) : x.value)));
    } else if constexpr (x.what == instruction::extent) v[I] = bits_as<packet<T>>(broadcast<ints>(c.extent[x.slot]));
    else if constexpr (x.what == instruction::index)
      v[I] = bits_as<packet<T>>(ints(broadcast<ints>(static_cast<lane>(row.index[x.slot] + static_cast<lane>(i) * c.index_packet[x.slot])) +
                                     iota<ints>() * broadcast<ints>(c.index_lane[x.slot])));
    else if constexpr (x.what == instruction::apply) {
      packet<T> arg[3];
      arg[0] = v[x.arg[0]];
      if constexpr (x.op->arity > 1) arg[1] = v[x.arg[1]];
      if constexpr (x.op->arity > 2) arg[2] = v[x.arg[2]];
      constexpr auto one = x.op->template code<T>(x.common).one;
      v[I] = one(arg);
    } else if constexpr (x.what == instruction::combine) {
      constexpr auto one = x.op->template code<T>(x.common).one;
      packet<T> both[2];
      if constexpr (pass.along) {
        both[0] = totals[x.slot], both[1] = counted<T>(v[x.arg[0]], c.valid - i * lanes<T>, x.op->neutral, x.common);
        totals[x.slot] = one(both);
      } else {
        T* total = c.combine[x.slot] + i * lanes<T>;
        both[0] = load(total), both[1] = v[x.arg[0]];
        store(total, one(both));
      }
    } else store(row.store[x.slot] + i * lanes<T>, v[x.arg[0]]);
  }

  static void run(const lane_call<T>& c) {
    [&]<int... I>(std::integer_sequence<int, I...>) {
      for (long r = 0; r < c.rows; r++) {
        row_of row;
        for (int k = 0; k < pass.loads; k++) row.load[k] = c.load[k] + r * c.load_row[k];
        for (int k = 0; k < pass.stores; k++) row.store[k] = c.store[k] + r * c.store_row[k];
        for (int k = 0; k < pass.indices; k++) row.index[k] = c.index[k] + static_cast<lane_int<T>>(r) * c.index_row[k];
        packet<T> totals[pass.combines + 1];
        if constexpr (pass.along)
          for (int k = 0; k < pass.combines; k++) totals[k] = load(c.combine[k] + r * lanes<T>);
        for (long i = 0; i < c.packets; i++) {
          packet<T> v[pass.count];
          (execute<I>(v, totals, row, c, i), ...);
        }
        if constexpr (pass.along)
          for (int k = 0; k < pass.combines; k++) store(c.combine[k] + r * lanes<T>, totals[k]);
      }
    }(std::make_integer_sequence<int, pass.count>{});
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
