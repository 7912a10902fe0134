// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/plan.hpp>

#include <limits>

namespace weft::ir {

/// What a region pass is called with: rows of packets, and for each of its slots, in the plan's order, where they begin
/// and how far they move. Integers and booleans are lanes as wide as T, booleans as masks.
template <class T> struct lane_call {
  using lane = lane_int<T>;
  long rows = 1, packets = 0; ///< packets of each row
  long valid = 0;             ///< lanes of a row that count; the rest of its last packet holds anything
  const T* const* load = nullptr;
  const long* load_row = nullptr; ///< numbers from row to row: lanes, or one if it stands for all lanes of a row
  const lane* extent = nullptr;
  const lane* index = nullptr; ///< of the first lane; and how it grows from lane to lane, packet to packet, row to row:
  const lane *index_lane = nullptr, *index_packet = nullptr, *index_row = nullptr;
  T* const* combine = nullptr; ///< `queue` packets a row if the reduction runs along the lanes, else a number a lane
  T* const* store = nullptr;
  const long* store_row = nullptr;
};

/// A reduction along the lanes keeps a queue of so many partial results: each packet is combined with the oldest, so
/// that no packet waits for the one before it.
inline constexpr int queue = 4;

/// Whether instruction i is the same for all lanes of a call, given which earlier ones are.
constexpr bool is_uniform(const instruction* pass, const bool* uniform, int i) {
  const instruction& x = pass[i];
  if (x.what == instruction::number || x.what == instruction::extent) return true;
  if (x.what != instruction::apply) return false;
  for (short a : x.arg)
    if (a >= 0 && !uniform[a]) return false;
  return true;
}

/// A generated pass.
template <class T> using region_kernel = void (*)(const lane_call<T>& call);

/// What an integer reduction starts from: infinities become the ends of the type.
template <class I> constexpr I integer_neutral(double neutral) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  return neutral == -infinite  ? std::numeric_limits<I>::min()
         : neutral == infinite ? std::numeric_limits<I>::max()
                               : static_cast<I>(neutral);
}

/// The bits of a number as a lane holds it: of integers and booleans those of an integer as wide, true as -1.
template <class T> constexpr lane_int<T> lane_bits(double value, kind k) {
  return k == real ? bits_as<lane_int<T>>(static_cast<T>(value))
                   : static_cast<lane_int<T>>(k == boolean ? -(value != 0) : value);
}
/// Those of what a reduction of values of a kind starts from.
template <class T> constexpr lane_int<T> neutral_bits(double neutral, kind k) {
  return k == real ? bits_as<lane_int<T>>(static_cast<T>(neutral)) : integer_neutral<lane_int<T>>(neutral);
}
/// A packet of lanes with these bits. (Passed as a real, some would be changed on the way.)
template <class T> [[gnu::always_inline]] constexpr packet<T> in_all_lanes(lane_int<T> bits) {
  return bits_as<packet<T>>(broadcast<packet<lane_int<T>>>(bits));
}

/// x with the lanes past the end replaced by what a reduction starts from.
template <class T> [[gnu::always_inline]] inline packet<T> counted(std::type_identity_t<packet<T>> x, long valid,
                                                                   double neutral, kind k) {
  using I = lane_int<T>;
  const packet<T> start = in_all_lanes<T>(neutral_bits<T>(neutral, k));
  return select(iota<packet<I>>() < broadcast<packet<I>>(static_cast<I>(valid)), x, start);
}
} // namespace weft::ir
