// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/list.hpp>
#include <weft/graph/message.hpp>
#include <weft/graph/op.hpp>

#include <array>

namespace weft::ir {

/// Where in the user's source something was written.
struct place {
  const char* file = "";
  unsigned line = 0;
};

/// A path without its folders.
constexpr std::string_view file_of(const char* path) {
  const std::string_view s = path;
  const auto slash = s.rfind('/');
  return slash == s.npos ? s : s.substr(slash + 1);
}

/// One value of a program. Operands are numbers of earlier nodes, `count` of them from `first` in the graph's pool.
struct node {
  const op_def* op = nullptr;
  int first = 0, count = 0;
  axes ax;
  kind k = real;
  std::uint8_t stage = 0; ///< how many derivative sweeps had begun when it was made: 0 is what the user wrote
  attributes at;
  place where;
};

/// A graph as its readers see it: nodes in an order in which operands come first.
struct graph_view {
  range<node> nodes;
  range<int> operands, inputs, outputs;
  constexpr int size() const { return nodes.count; }
  constexpr const node& operator[](int i) const { return nodes.at[i]; }
  constexpr int in(const node& x, int j) const { return operands.at[x.first + j]; }
  constexpr int in(int i, int j) const { return operands.at[nodes.at[i].first + j]; }
};

/// A graph in memory of its own. GCC reads an element of a list in half the time that one of another constant takes it,
/// so what looks at nodes many times begins with a copy.
struct graph_copy {
  list<node> nodes;
  list<int> operands, inputs, outputs;
  constexpr explicit graph_copy(graph_view g)
      : nodes(g.nodes), operands(g.operands), inputs(g.inputs), outputs(g.outputs) {}
  constexpr graph_view view() const { return {nodes, operands, inputs, outputs}; }
};

/// A graph exact in size: what a program keeps while it runs.
template <int Nodes, int Operands, int Inputs, int Outputs> struct frozen_graph {
  std::array<node, Nodes> nodes{};
  std::array<int, Operands> operands{};
  std::array<int, Inputs> inputs{};
  std::array<int, Outputs> outputs{};
  constexpr graph_view view() const {
    return {{nodes.data(), Nodes}, {operands.data(), Operands}, {inputs.data(), Inputs}, {outputs.data(), Outputs}};
  }
};
} // namespace weft::ir
