// SPDX-License-Identifier: BSL-1.0
#include "reference.hpp"
#include "nan.hpp"

#include <weft/kernel/general.hpp>
#include <weft/run/copy.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace weft::ir {
namespace {

/// All nodes of a run, each in memory of its own.
template <class T> struct values {
  graph_view g;
  const extent_table& extents;
  std::vector<std::vector<char>> memory;
  std::vector<tensor_ref> at;

  values(graph_view graph, const extent_table& e)
      : g(graph), extents(e), memory(static_cast<std::size_t>(g.size())), at(memory.size()) {}

  tensor_ref shaped(int i) const {
    tensor_ref t;
    t.type = lane_dtype<T>(g[i].k), t.ax = g[i].ax;
    extents.fill(t.ax, t.extent);
    return t;
  }
  tensor_ref& make(int i) {
    tensor_ref t = shaped(i);
    for (long n = 1, k = t.ax.n; k-- > 0; n *= t.extent[k]) t.stride[k] = n;
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
  static T lane_of(double value, kind k) {
    return k == real ? static_cast<T>(value)
                     : bits_as<T>(static_cast<lane_int<T>>(k == boolean ? -(value != 0) : value));
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
    const T start =
        x.k == real ? static_cast<T>(x.op->neutral) : bits_as<T>(integer_neutral<lane_int<T>>(x.op->neutral));
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
    case form::constant: return write(out, 0, lane_of(x.at.value, x.k));
    case form::extent: return write(out, 0, lane_of(static_cast<double>(extents.of(x.at.axis)), x.k));
    case form::index:
      for (long k = 0; k < out.extent[0]; k++) write(out, k, lane_of(static_cast<double>(k), x.k));
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

/// Looks for what a NaN comes from, by computing single nodes again with some of their operands' NaNs taken out.
template <class T> struct nan_search {
  values<T>& v;
  struct element {
    int node;
    long number; ///< in the order of its axes
  };

  std::vector<long> nans_of(int i, std::size_t most = std::numeric_limits<std::size_t>::max()) const {
    return nans_in(v.at[static_cast<std::size_t>(i)], most);
  }
  /// Whether an element is NaN if of its operands' NaNs the first `kept` of operand `of` are left; the others are 1.
  bool is_nan(element e, int of, std::size_t kept) {
    const node& x = v.g[e.node];
    std::vector<std::vector<T>> copies(static_cast<std::size_t>(x.count));
    std::vector<tensor_ref> before = v.at;
    for (int j = 0; j < x.count; j++) {
      const int o = v.g.in(x, j);
      if (v.g[o].k != real) continue;
      std::vector<T>& copy = copies[static_cast<std::size_t>(j)];
      tensor_ref t = v.shaped(o);
      copy.resize(static_cast<std::size_t>(t.size()));
      for (long n = 1, k = t.ax.n; k-- > 0; n *= t.extent[k]) t.stride[k] = n;
      t.data = copy.data();
      copy_to(v.at[static_cast<std::size_t>(o)], t);
      std::size_t met = 0;
      for (T& y : copy)
        if (std::isnan(y) && (o != v.g.in(x, of) || met++ >= kept)) y = 1;
      v.at[static_cast<std::size_t>(o)] = t;
    }
    std::vector<char> own = std::move(v.memory[static_cast<std::size_t>(e.node)]);
    v.evaluate(e.node);
    const std::vector<long> found = nans_of(e.node);
    v.memory[static_cast<std::size_t>(e.node)] = std::move(own), v.at = std::move(before);
    return std::binary_search(found.begin(), found.end(), e.number);
  }
  /// The first of an operand's NaNs that makes an element NaN with those before it; -1 if they don't.
  long cause(element e, int of) {
    const std::vector<long> all = nans_of(v.g.in(v.g[e.node], of));
    if (all.empty() || !is_nan(e, of, all.size())) return -1;
    std::size_t few = 0, enough = all.size();
    while (enough - few > 1) {
      const std::size_t kept = (few + enough) / 2;
      (is_nan(e, of, kept) ? enough : few) = kept;
    }
    return all[few];
  }
  /// From an element that is NaN to the one that made it so, which none of its own operands' does.
  element origin(element e) {
    for (;;) {
      const node& x = v.g[e.node];
      if (x.op->is(trait::never_shared) && x.count) { // an alias; and nothing is printed once more
        e.node = v.g.in(x, 0);
        continue;
      }
      if (x.count == 0 || is_nan(e, 0, 0)) return e;
      int j = 0;
      long number = -1;
      while (j < x.count && (number = cause(e, j)) < 0) j++;
      if (number < 0) return e;
      e = {v.g.in(x, j), number};
    }
  }
};
} // namespace

template <class T>
void run_reference(const program_data& data, const extent_table& extents, const std::vector<tensor_ref>& inputs,
                   const std::vector<tensor_ref>& outputs) {
  const graph_view g = data.source;
  values<T> v(g, extents);
  v.evaluate_all(inputs);
  for (int k = 0; k < g.outputs.size(); k++)
    convert_to(v.at[static_cast<std::size_t>(g.outputs[k])], outputs[static_cast<std::size_t>(k)]);
}
template <class T>
std::string nan_of_reference(const program_data& data, const extent_table& extents,
                             const std::vector<tensor_ref>& inputs) {
  constexpr double most = 1 << 30; // bytes of all values, which a plan need not have
  const graph_view g = data.source;
  values<T> v(g, extents);
  double bytes = 0;
  for (int i = 0; i < g.size(); i++) bytes += static_cast<double>(v.shaped(i).size()) * sizeof(T);
  if (bytes > most) return {};
  v.evaluate_all(inputs);
  nan_search<T> search{v};
  const auto text = [&](typename nan_search<T>::element e) {
    const node& x = g[e.node];
    const int* input = std::find(g.inputs.begin(), g.inputs.end(), e.node);
    const std::string name = input == g.inputs.end()
                                 ? std::string(x.op->name)
                                 : "input " + data.inputs[static_cast<std::size_t>(input - g.inputs.begin())];
    return element_text(name, v.at[static_cast<std::size_t>(e.node)], e.number, x.where);
  };
  // what a mask took out again harms nobody: the one to name leads to an output
  for (int o : g.outputs)
    if (const auto met = search.nans_of(o, 1); !met.empty()) return text(search.origin({o, met[0]}));
  for (int i = 0; i < g.size(); i++)
    if (const auto met = search.nans_of(i, 1); !met.empty()) return text({i, met[0]});
  return {};
}
template void run_reference<float>(const program_data&, const extent_table&, const std::vector<tensor_ref>&,
                                   const std::vector<tensor_ref>&);
template void run_reference<double>(const program_data&, const extent_table&, const std::vector<tensor_ref>&,
                                    const std::vector<tensor_ref>&);
template std::string nan_of_reference<float>(const program_data&, const extent_table&, const std::vector<tensor_ref>&);
template std::string nan_of_reference<double>(const program_data&, const extent_table&, const std::vector<tensor_ref>&);
} // namespace weft::ir
