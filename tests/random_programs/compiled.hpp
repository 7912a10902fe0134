// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/all.hpp>
#include <weft/trace/compile.hpp>

#include <boost/hana/unpack.hpp>
#include <boost/test/unit_test.hpp>

/// Random programs in generated code: what sources that `fuzz --emit` writes are made of.
namespace support {
using namespace weft;

struct table_node {
  const ir::op_def* op;
  int in[max_rank];
  int count;
  axes ax;
  kind k;
  ir::attributes at;
};
constexpr const ir::op_def* op_called(std::string_view name) {
  for (const ir::op_def* o : {&ir::constant_def, &ir::input_def, &ir::extent_def, &ir::index_def, &ir::to_real_def,
                              &ir::indicator_def, &ir::arrange_def, &ir::alias_def})
    if (o->name == name) return o;
  return hana::unpack(ops::all, [&](auto... o) {
    const ir::op_def* found = nullptr;
    ((decltype(o)::name == name ? void(found = ir::op<decltype(o)>) : void()), ...);
    return found;
  });
}
/// A program from its nodes; its inputs are the arguments, in order.
template <const auto& Nodes, const auto& Outputs> struct from_table {
  constexpr auto operator()(const std::same_as<expr> auto&... x) const {
    const std::array<expr, sizeof...(x)> given{x...};
    ir::builder& g = *given[0].g;
    ir::list<int> made;
    std::size_t next = 0;
    for (const table_node& t : Nodes) {
      int in[max_rank]{};
      for (int j = 0; j < t.count; j++) in[j] = made.at[t.in[j]];
      made.push_back(t.op->how == ir::form::input ? given[next++].id : g.put(t.op, in, t.count, t.ax, t.k, t.at, {}));
    }
    std::array<expr, std::size(Outputs)> out;
    for (std::size_t k = 0; k < out.size(); k++) out[k] = {&g, made.at[Outputs[k]]};
    return out;
  }
};

/// That it is the program of that seed (or its derivative); that generated kernels give the same bits as interpreted
/// ones, and the numbers of the reference.
void agrees(const ir::program_data& program, bool in_float, std::uint64_t seed, bool derivative);
/// Every other one in float.
template <class P> void agrees(const P& program, std::uint64_t seed, bool derivative) {
  constexpr bool in_float = P::nodes() % 2;
  agrees(program.template data_for<std::conditional_t<in_float, float, double>>(), in_float, seed, derivative);
}
} // namespace support
