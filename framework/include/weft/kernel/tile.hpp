// SPDX-License-Identifier: BSL-1.0
/// What a streamed pass does with tiles: plain functions over plain data, compiled once for float and for double.
///
/// A tile is a block of a score space in L1: rows j of one axis, and along each row lanes i of the other one, next to
/// each other. A row is `width` long, a multiple of the packet; lanes beyond those in use hold anything that computes
/// without harm (`pack` puts zeros there). Nothing is read or written outside the extents that a call names.
///
/// Every sum has an order that depends on the extents and the packet alone.
#pragma once
#include <weft/kernel/packet.hpp>

namespace weft::tile {

/// The lanes of a full group: as many packets as `multiply` runs through fastest; and the parts of it that `multiply`
/// computes one after another, so that each can have rows and steps of its own.
template <class T> inline constexpr int lanes = (packet_bytes == 64 ? 3 : 6) * weft::lanes<T>;
inline constexpr int parts = packet_bytes == 64 ? 1 : 2;

/// What a product does with the values that c holds.
enum class previous {
  overwrite,   ///< they are not read
  add,         ///< c + a b
  scale_lanes, ///< factor[n] c + a b
  scale_rows   ///< factor[m] c + a b
};

/// c[m][n] = a b, with or onto what c holds:  (a b)[m][n] = sum_k a[m row + k step] * b[k][n].
/// The sum, or that of some 64 steps, is complete before c takes part. `a` is read in place, by broadcast, with any
/// strides; b and c have their lanes n next to each other.
template <class T> struct product {
  long rows = 0, lanes = 0, steps = 0; ///< the extents of m, n and k; each may be 0
  const T* a = nullptr;
  long a_row = 0, a_step = 1;
  const T* b = nullptr;
  long b_step = 0;
  T* c = nullptr;
  long c_row = 0;
  previous kept = previous::overwrite;
  const T* factor = nullptr;
};
template <class T> void multiply(const product<T>& p);

/// tile[row][lane] = scale * from[row from_row + lane from_lane], and 0 in the lanes from `lanes` to `width`.
template <class T> struct packing {
  const T* from = nullptr;
  long from_row = 0, from_lane = 0;
  long rows = 0, lanes = 0;
  T* tile = nullptr;
  long width = 0;
  T scale = 1;
};
template <class T> void pack(const packing<T>& p);

/// to[row to_row + lane to_lane] = tile[row][lane], or += where `add` is set.
template <class T> struct unpacking {
  const T* tile = nullptr;
  long width = 0;
  long rows = 0, lanes = 0;
  T* to = nullptr;
  long to_row = 0, to_lane = 0;
  bool add = false;
};
template <class T> void unpack(const unpacking<T>& p);
} // namespace weft::tile
