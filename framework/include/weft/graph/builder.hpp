// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/graph.hpp>

namespace weft::ir {

/// A graph being made. `put` shares equal nodes, so a program is small as a graph however large as a tree.
struct builder {
  list<node> nodes;
  list<int> operands, inputs, outputs;
  list<int> next; ///< the node before in the same bucket
  static constexpr int buckets = 1024;
  int bucket[buckets]{}; ///< the newest node of each hash, plus one
  message error;         ///< the first thing that went wrong; nothing is added after it
  std::uint8_t stage = 0;
  struct open_scope {
    std::string_view name;
    place where;
  };
  open_scope scope[8]{};
  int scopes = 0;

  constexpr explicit builder(int expected = 512) {
    nodes.reserve(expected), next.reserve(expected), operands.reserve(2 * expected);
  }
  constexpr graph_view view() const { return {nodes, operands, inputs, outputs}; }

  static constexpr unsigned hash(const op_def* op, const int* in, int n, const attributes& a) {
    const auto bits = a.value == 0 ? 0 : std::bit_cast<std::uint64_t>(a.value);
    unsigned h = op->hash ^ static_cast<unsigned>(bits ^ (bits >> 32)) ^ static_cast<unsigned>(a.start) ^
                 (a.axis ? a.axis->hash : 0);
    for (int i = 0; i < n; i++) h = (h ^ static_cast<unsigned>(in[i] + 1)) * 16777619u;
    return (h ^ (h >> 11)) % buckets;
  }
  constexpr bool equal(const node& x, const op_def* op, const int* in, int n, const attributes& a,
                       const axes& ax) const {
    if (x.op != op || x.count != n || !(x.at == a) || !(x.ax == ax)) return false;
    for (int i = 0; i < n; i++)
      if (operands.at[x.first + i] != in[i]) return false;
    return true;
  }
  constexpr int put(const op_def* op, const int* in, int n, const axes& ax, kind k, const attributes& a, place where) {
    const unsigned h = hash(op, in, n, a);
    if (!(op->traits & trait::never_shared))
      for (int i = bucket[h] - 1; i >= 0; i = next.at[i])
        if (nodes.at[i].op == op && equal(nodes.at[i], op, in, n, a, ax)) return i;
    const int id = nodes.size_, first = operands.size_;
    if (id == nodes.room_ || id == next.room_ || first + n > operands.room_)
      return put_in_more_room(op, in, n, ax, k, a, where);
    for (int i = 0; i < n; i++) operands.at[first + i] = in[i];
    nodes.at[id] = {op, first, n, ax, k, stage, a, where};
    next.at[id] = bucket[h] - 1;
    operands.size_ = first + n, nodes.size_ = next.size_ = bucket[h] = id + 1;
    return id;
  }
  /// What it is given may lie in the nodes that move: copies.
  constexpr int put_in_more_room(const op_def* op, const int* in, int n, axes ax, kind k, attributes a, place where) {
    nodes.reserve(2 * nodes.size_ + 16), next.reserve(nodes.room_), operands.reserve(2 * operands.size_ + 16);
    return put(op, in, n, ax, k, a, where);
  }
};
} // namespace weft::ir
