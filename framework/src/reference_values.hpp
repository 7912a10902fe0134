// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "extents.hpp"

#include <weft/kernel/general.hpp>
#include <weft/run/copy.hpp>

#include <vector>

namespace weft::ir {

/// All nodes of a run, each in memory of its own.
template <class T> struct reference_values {
  graph_view g;
  const extent_table& extents;
  std::vector<std::vector<char>> memory;
  std::vector<tensor_ref> at;

  reference_values(graph_view graph, const extent_table& e)
      : g(graph), extents(e), memory(static_cast<std::size_t>(g.size())), at(memory.size()) {}

  tensor_ref shaped(int i) const {
    tensor_ref t;
    t.type = lane_dtype<T>(g[i].k), t.ax = g[i].ax;
    extents.fill(t.ax, t.extent);
    return t;
  }
  /// With its elements next to each other, in the order of its axes.
  tensor_ref dense(int i) const {
    tensor_ref t = shaped(i);
    for (long n = 1, k = t.ax.n; k-- > 0; n *= t.extent[k]) t.stride[k] = n;
    return t;
  }
  tensor_ref& make(int i) {
    tensor_ref t = dense(i);
    auto& bytes = memory[static_cast<std::size_t>(i)];
    bytes.assign(static_cast<std::size_t>(t.size()) * size_of(t.type) + 64, 0);
    t.data = bytes.data();
    return at[static_cast<std::size_t>(i)] = t;
  }
  const tensor_ref& operand(const node& x, int j) const { return at[static_cast<std::size_t>(g.in(x, j))]; }

  /// An element as a lane of T.
  static T read(const tensor_ref& t, long offset) {
    using I = lane_int<T>;
    if (t.type == dtype::boolean) return bits_as<T>(static_cast<I>(elements<bool>(t)[offset] ? -1 : 0));
    return elements<T>(t)[offset]; // integers are as wide as T: their bits are moved
  }
  static void write(const tensor_ref& t, long offset, T lane) {
    if (t.type == dtype::boolean) elements<bool>(t)[offset] = bits_as<lane_int<T>>(lane) != 0;
    else elements<T>(t)[offset] = lane;
  }

  kind common(const node& x) const {
    kind k = boolean;
    for (int j = x.op->rule == kinds::select ? 1 : 0; j < x.count; j++) k = promoted(k, g[g.in(x, j)].k);
    return k;
  }
  void map(const node& x, const tensor_ref& out) {
    const auto scalar = x.op->template code<T>(common(x)).scalar;
    strides_along in[3];
    for (int j = 0; j < x.count; j++) in[j] = {operand(x, j), x.ax};
    const auto compute = [&](long to, auto... from) {
      int j = 0;
      const T arg[3]{(j < x.count ? read(operand(x, j++), from) : T(0))...};
      write(out, to, scalar(arg));
    };
    each_place(out.extent, x.ax.n, compute, strides_along(out, x.ax), in[0], in[1], in[2]);
  }
  void reduce(const node& x, const tensor_ref& out) {
    const auto combine = x.op->template code<T>(x.k).scalar;
    const tensor_ref& in = operand(x, 0);
    const T start = bits_as<T>(neutral_bits<T>(x.op->neutral, x.k));
    const strides_along from(in, in.ax), to(out, in.ax), all(out, out.ax);
    each_place(out.extent, x.ax.n, [&](long o) { write(out, o, start); }, all);
    const auto add = [&](long o, long i) {
      const T both[2]{read(out, o), read(in, i)};
      write(out, o, combine(both));
    };
    each_place(in.extent, in.ax.n, add, to, from);
  }
  void contract(const node& x, const tensor_ref& out) {
    const tensor_ref &a = operand(x, 0), &b = operand(x, 1);
    const axes summed = x.at.shape; // walked by a loop of their own: with the result's they may be more than eight
    long outer[max_rank]{}, inner[max_rank]{};
    extents.fill(x.ax, outer), extents.fill(summed, inner);
    const strides_along ao(a, x.ax), bo(b, x.ax), ai(a, summed), bi(b, summed), to(out, x.ax);
    const T factor = static_cast<T>(x.at.value);
    const auto sum_up = [&](long o, long from_a, long from_b) {
      T sum = 0;
      const T *pa = elements<T>(a) + from_a, *pb = elements<T>(b) + from_b;
      each_place(inner, summed.n, [&](long i, long j) { sum += pa[i] * pb[j]; }, ai, bi);
      elements<T>(out)[o] = sum * factor;
    };
    each_place(outer, x.ax.n, sum_up, to, ao, bo);
  }
  void evaluate(int i) {
    const node& x = g[i];
    if (x.op->how == form::view) {
      tensor_ref t = shaped(i);
      const tensor_ref& in = operand(x, 0);
      const layout l = x.op->view(layout_of(in, g[g.in(x, 0)].ax), g[g.in(x, 0)].ax, x, extents.resolver());
      std::copy_n(l.stride, max_rank, t.stride);
      t.data = static_cast<char*>(in.data) + l.offset * static_cast<long>(size_of(t.type));
      at[static_cast<std::size_t>(i)] = t;
      return;
    }
    const tensor_ref& out = make(i);
    switch (x.op->how) {
    case form::constant: return write(out, 0, bits_as<T>(lane_bits<T>(x.at.value, x.k)));
    case form::extent: return write(out, 0, bits_as<T>(lane_bits<T>(static_cast<double>(extents.of(x.at.axis)), x.k)));
    case form::index:
      for (long k = 0; k < out.extent[0]; k++) write(out, k, bits_as<T>(lane_bits<T>(static_cast<double>(k), x.k)));
      return;
    case form::map: return map(x, out);
    case form::reduce: return reduce(x, out);
    case form::contract: return contract(x, out);
    default: {
      std::vector<tensor_ref> in;
      for (int j = 0; j < x.count; j++) in.push_back(operand(x, j));
      x.op->run({x, in.data(), out, extents.resolver()});
    }
    }
  }
  void evaluate_all(const std::vector<tensor_ref>& inputs) {
    std::size_t next = 0;
    for (int i = 0; i < g.size(); i++)
      if (g[i].op->how != form::input) evaluate(i);
      else convert_to(inputs[next++], make(i));
  }
};
} // namespace weft::ir
