// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/plan.hpp>

#include <limits>

namespace weft::ir {

/// What a region pass is called with: for each of its slots, in the plan's order, where a stretch of lanes begins.
/// Integers and booleans are lanes as wide as T, booleans as masks.
template <class T> struct lane_call {
  long packets = 0;
  long valid = 0;                 ///< lanes that count; the rest of the last packet holds anything
  const T* const* load = nullptr;
  const int* advance = nullptr;   ///< of each load, lanes a packet: 0 repeats one packet
  const lane_int<T>* extent = nullptr;
  const lane_int<T>* index = nullptr;      ///< the first lane's index
  const lane_int<T>* index_step = nullptr; ///< 1 along the lanes, else 0
  T* const* combine = nullptr;    ///< one packet if the reduction runs along the lanes, else a number a lane
  T* const* store = nullptr;
};

/// A generated pass.
template <class T> using region_kernel = void (*)(const lane_call<T>& call);

/// What an integer reduction starts from: infinities become the ends of the type.
template <class I> constexpr I integer_neutral(double neutral) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  return neutral == -infinite  ? std::numeric_limits<I>::min()
         : neutral == infinite ? std::numeric_limits<I>::max()
                               : static_cast<I>(neutral);
}

/// x with the lanes past the end replaced by what a reduction starts from.
template <class T> [[gnu::always_inline]] inline packet<T> counted(std::type_identity_t<packet<T>> x, long valid, double neutral, kind k) {
  using I = lane_int<T>;
  const packet<T> start = k == real ? broadcast<packet<T>>(static_cast<T>(neutral))
                                    : bits_as<packet<T>>(broadcast<packet<I>>(integer_neutral<I>(neutral)));
  return select(iota<packet<I>>() < broadcast<packet<I>>(static_cast<I>(valid)), x, start);
}
} // namespace weft::ir
