// SPDX-License-Identifier: BSL-1.0
#include "extents.hpp"

#include <weft/kernel/general.hpp>
#include <weft/run/copy.hpp>

#include <fmt/format.h>

namespace weft::ir {
namespace {
std::string list_of(const axes& ax) {
  std::string s;
  for (axis_ref a : ax) s += fmt::format("{}{}", s.empty() ? "" : ", ", a->name);
  return s;
}
bool fits(kind k, dtype t) {
  return k == real      ? t == dtype::float32 || t == dtype::float64
         : k == integer ? t == dtype::int32 || t == dtype::int64
                        : t == dtype::boolean;
}
} // namespace

void extent_table::bind(axis_ref a, long extent, const std::string& who) {
  if (a->extent != unbound && a->extent != extent)
    throw error(
        fmt::format("{}: axis {} has extent {} here, but the program fixes it to {}", who, a->name, extent, a->extent));
  if (const entry* e = find(a)) {
    if (e->extent != extent)
      throw error(fmt::format("{}: axis {} has extent {} here and {} in {}; within a call they must agree", who,
                              a->name, extent, e->extent, e->who));
    return;
  }
  entries_.push_back({a, extent, who});
}
const extent_table::entry* extent_table::find(axis_ref a) const {
  for (const entry& e : entries_)
    if (same(e.axis, a)) return &e;
  return nullptr;
}
long extent_table::of(axis_ref a) const {
  if (a->extent != unbound) return a->extent;
  if (const entry* e = find(a)) return e->extent;
  throw error(fmt::format("axis {} has no extent in this call: no argument has it and none of its names has; give it a "
                          "static extent or an argument with it",
                          a->name));
}

extent_table::extent_table(const program_data& data, const std::vector<tensor_ref>& inputs) {
  const graph_view g = data.source;
  if (static_cast<int>(inputs.size()) != g.inputs.size())
    throw error(fmt::format("the program takes {} tensors ({}), not {}", g.inputs.size(), fmt::join(data.inputs, ", "),
                            inputs.size()));
  for (int i = 0; i < g.inputs.size(); i++) {
    const node& x = g[g.inputs[i]];
    const tensor_ref& t = inputs[static_cast<std::size_t>(i)];
    const std::string& who = data.inputs[static_cast<std::size_t>(i)];
    if (!fits(x.k, t.type))
      throw error(fmt::format("{}: expected {} values ({}), got {}", who, name_of(x.k),
                              x.k == real      ? "float32 or float64"
                              : x.k == integer ? "int32 or int64"
                                               : "bool",
                              name_of(t.type)));
    if (!t.ax.matches(x.ax))
      throw error(fmt::format("{}: expected a tensor with axes [{}], got [{}]", who, list_of(x.ax), list_of(t.ax)));
    for (int j = 0; j < t.ax.n; j++) bind(x.ax[x.ax.find(t.ax[j])], t.extent[j], who);
    if (t.ax.n == 0 && t.data == nullptr) throw error(fmt::format("{}: the tensor is not set; give it a value", who));
  }
  // A rename's two names have one extent, whichever is known: of a rename that only its value needed, no node is left.
  const auto known = [&](axis_ref a) { return a->extent != unbound || find(a); };
  for (bool more = true; more;) {
    more = false;
    for (int i = 0; i < g.size(); i++)
      if (const node& x = g[i]; x.op->extent && x.op->how == form::view && known(x.at.to) && !known(x.at.axis))
        bind(x.at.axis, of(x.at.to), std::string(x.op->name)), more = true;
  }
  for (int i = 0; i < g.size(); i++)
    if (const node& x = g[i]; x.op->extent) bind(x.at.to, x.op->extent(x, g, resolver()), std::string(x.op->name));
}

void take_input(const tensor_ref& from, const tensor_ref& to) {
  if (from.type != dtype::int64 || to.type != dtype::int32) return copy_to(from, to);
  const strides_along a(from, to.ax), b(to, to.ax);
  each_index(to.extent, to.ax.n, [&](const long* i) {
    elements<std::int32_t>(to)[b(i)] = narrowed<std::int32_t>(elements<std::int64_t>(from)[a(i)]);
  });
}

bool is_double(const program_data& data, const std::vector<tensor_ref>& inputs,
               const std::vector<tensor_ref>& outputs) {
  int first = -1;
  for (int i = 0; i < data.source.inputs.size(); i++) {
    const dtype t = inputs[static_cast<std::size_t>(i)].type;
    if (data.source[data.source.inputs[i]].k != real) continue;
    if (first >= 0 && inputs[static_cast<std::size_t>(first)].type != t)
      throw error(fmt::format("{} is {} and {} is {}: a program has one precision; convert one of them",
                              data.inputs[static_cast<std::size_t>(first)],
                              name_of(inputs[static_cast<std::size_t>(first)].type),
                              data.inputs[static_cast<std::size_t>(i)], name_of(t)));
    if (first < 0) first = i;
  }
  if (first >= 0) return inputs[static_cast<std::size_t>(first)].type == dtype::float64;
  for (const tensor_ref& t : outputs)
    if (t.type == dtype::float64) return true;
  return false;
}
} // namespace weft::ir
