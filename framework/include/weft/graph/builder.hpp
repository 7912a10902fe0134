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
    const auto bits = std::bit_cast<std::uint64_t>(a.value);
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
    if (!op->is(trait::never_shared))
      for (int i = bucket[h] - 1; i >= 0; i = next.at[i])
        if (nodes.at[i].op == op && equal(nodes.at[i], op, in, n, a, ax)) return i;
    const int id = nodes.size_, first = operands.size_;
    for (int i = 0; i < n; i++) operands.push_back(in[i]);
    nodes.push_back({op, first, n, ax, k, stage, a, where});
    next.push_back(bucket[h] - 1);
    bucket[h] = id + 1;
    return id;
  }
};
} // namespace weft::ir
