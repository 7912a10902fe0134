// SPDX-License-Identifier: BSL-1.0
#include "nan.hpp"
#include "reference_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace weft::ir {
std::vector<long> nans_in(const tensor_ref& values, std::size_t most) {
  std::vector<long> found;
  with_type(values.type, [&](auto zero) {
    using S = decltype(zero);
    if constexpr (std::is_floating_point_v<S>) {
      long number = 0;
      const auto look = [&](long i) {
        if (std::isnan(elements<S>(values)[i]) && found.size() < most) found.push_back(number);
        number++;
      };
      each_place(values.extent, values.ax.n, look, strides_along(values, values.ax));
    }
  });
  return found;
}

std::string element_text(std::string_view name, const tensor_ref& values, long number, place where) {
  std::string text = fmt::format("{} {}", name, place_text(values, number));
  if (where.line) text += fmt::format(" at {}:{}", file_of(where.file), where.line);
  return text;
}

namespace {
/// Looks for what a NaN comes from, by computing single nodes again with some of their operands' NaNs taken out.
template <class T> struct nan_search {
  reference_values<T>& v;
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
      tensor_ref t = v.dense(o);
      copy.resize(static_cast<std::size_t>(t.size()));
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
std::string nan_of_reference(const program_data& data, const extent_table& extents,
                             const std::vector<tensor_ref>& inputs) {
  constexpr double most = 1 << 30; // bytes of all values, which a plan need not have
  const graph_view g = data.source;
  reference_values<T> v(g, extents);
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
template std::string nan_of_reference<float>(const program_data&, const extent_table&, const std::vector<tensor_ref>&);
template std::string nan_of_reference<double>(const program_data&, const extent_table&, const std::vector<tensor_ref>&);
} // namespace weft::ir
