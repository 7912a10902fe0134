// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/graph.hpp>

namespace weft::ir {

/// What a legal graph is, checked node by node. Gives an empty message, or what is wrong with which node.
///   operands   come earlier, and are as many as the op takes
///   kinds      are what the op's rule asks of operands and gives
///   axes       are what the op's own rule gives, without a repeated one
///   inputs     are listed, outputs exist
constexpr message verify(graph_view g) {
  message m;
  const auto wrong = [&](int i, std::string_view what) {
    if (m.empty()) m << "node " << static_cast<long>(i) << " (" << (g[i].op ? g[i].op->name : "no op") << "): " << what;
    return m;
  };
  int inputs = 0;
  for (int i = 0; i < g.size(); i++) {
    const node& x = g[i];
    if (!x.op) return wrong(i, "has no op");
    if (x.op->arity >= 0 && x.count != x.op->arity) return wrong(i, "has another number of operands than its op takes");
    if (x.first < 0 || x.first + x.count > g.operands.size()) return wrong(i, "has operands outside the pool");
    if (x.ax.repeated()) return wrong(i, "has one axis twice");
    operand in[max_rank]{};
    kind common = boolean;
    for (int j = 0; j < x.count; j++) {
      const int o = g.in(x, j);
      if (o < 0 || o >= i) return wrong(i, "reads a node that is not before it");
      in[j] = {g[o].ax, g[o].k};
      if (x.op->rule != kinds::select || j > 0) common = promoted(common, g[o].k);
    }
    if (x.op->rule != kinds::keep)
      for (int j = 0; j < x.count; j++)
        if (in[j].k != operand_kind(x.op->rule, j, common)) return wrong(i, "has an operand of the wrong kind");
    if (x.count && x.k != (x.op->rule == kinds::keep ? in[0].k : result_kind(x.op->rule, common)))
      return wrong(i, "has the wrong kind");
    const verdict v = x.op->infer(in, x.count, x.at);
    if (v.refused) return wrong(i, v.refused);
    if (!(v.out == x.ax)) return wrong(i, "has other axes than its op gives");
    if (x.op->how == form::input && (inputs >= g.inputs.size() || g.inputs[inputs++] != i))
      return wrong(i, "is an input that is not listed in order");
  }
  for (int o : g.outputs)
    if (o < 0 || o >= g.size()) {
      if (m.empty()) m << "an output is not a node";
      return m;
    }
  return m;
}
} // namespace weft::ir
