// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/graph.hpp>

namespace weft::ir {

/// A node of an expression that has met no traced value yet: index arithmetic and plain numbers. Without initialisers,
/// so that the empty tokens of a fragment are zeros, which compilers copy for nothing.
struct token {
  const op_def* op;
  axis_ref axis;
  double value;
  kind k;
  signed char in[3]; ///< operands: places plus one, 0 for none
  constexpr bool operator==(const token& o) const {
    return op == o.op && axis == o.axis &&
           std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(o.value) && k == o.k &&
           in[0] == o.in[0] && in[1] == o.in[1] && in[2] == o.in[2];
  }
};

/// The few nodes that an unattached `expr` carries by value; they move into a builder when it is combined with a traced
/// value. So `constexpr expr causal = index(query) >= index(key);` works even at namespace scope.
struct fragment {
  static constexpr int room = 32;
  token t[room];
  int n;
  const op_def* op;    ///< of what can't be said without a traced value
  const char* refused; ///< and why: the builder that it meets reports it
  constexpr void refuse(const op_def* by, const char* why) {
    if (!refused) op = by, refused = why;
  }
  constexpr bool empty() const { return n == 0 && !refused; }
  constexpr int push(const token& x) {
    for (int i = 0; i < n; i++)
      if (t[i] == x) return i;
    if (n < room) t[n] = x;
    else
      refuse(x.op, "an expression without traced values has more than 32 nodes: combine it with a traced value first");
    return n < room ? n++ : 0;
  }
  /// Appends another fragment; gives the place of its last token.
  constexpr int append(const fragment& o) {
    if (o.refused) refuse(o.op, o.refused);
    else if (o.n == 0) refuse(nullptr, "an expression that was given no value is used");
    if (o.n == 0) return 0;
    int moved[room]{};
    for (int j = 0; j < o.n; j++) {
      token x = o.t[j];
      for (signed char& i : x.in)
        if (i > 0) i = static_cast<signed char>(moved[i - 1] + 1);
      moved[j] = push(x);
    }
    return moved[o.n - 1];
  }
};
} // namespace weft::ir
