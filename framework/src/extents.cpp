// SPDX-License-Identifier: BSL-1.0
#include "extents.hpp"

#include <weft/kernel/general.hpp>
#include <weft/run/copy.hpp>

#include <fmt/format.h>

#include <concepts>
#include <limits>

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
    if (t.ax.n == 0 && t.data == nullptr) throw error(fmt::format("{}: the tensor is not set; give it a value", who));
    if (!t.ax.matches(x.ax))
      throw error(fmt::format("{}: expected a tensor with axes [{}], got [{}]", who, list_of(x.ax), list_of(t.ax)));
    for (int j = 0; j < t.ax.n; j++) bind(x.ax[x.ax.find(t.ax[j])], t.extent[j], who);
  }
  std::vector<std::pair<const node*, extent_rule>> rules;
  for (int i = 0; i < g.size(); i++)
    if (const node& x = g[i]; x.op->extents)
      if (const extent_rule r = x.op->extents(x.at); r.whole) rules.emplace_back(&x, r);
  // Of a node that only its value needed, none is left; so a rule is used from whichever side its extents are known.
  for (bool more = true; more;) {
    more = false;
    for (const auto& [x, r] : rules) more = solve(r, x->op->name) || more;
  }
  for (const auto& [x, r] : rules) bind(r.whole, total(r), std::string(x->op->name));
}
long extent_table::total(const extent_rule& r, axis_ref besides) const {
  long n = r.product ? 1 : 0;
  for (axis_ref p : r.parts)
    if (p != besides) n = r.product ? n * of(p) : n + of(p);
  return n;
}
bool extent_table::solve(const extent_rule& r, std::string_view who) {
  const auto known = [&](axis_ref a) { return a->extent != unbound || find(a); };
  axis_ref missing = known(r.whole) ? nullptr : r.whole;
  for (axis_ref p : r.parts)
    if (!known(p)) {
      if (missing) return false;
      missing = p;
    }
  if (!missing) return false;
  if (missing == r.whole) return bind(missing, total(r), std::string(who)), true;
  const long whole = of(r.whole), others = total(r, missing);
  if (r.product ? (others == 0 ? whole != 0 : whole % others != 0) : others > whole)
    throw error(fmt::format("{}: axis {} of extent {} leaves none for axis {} beside {}", who, r.whole->name, whole,
                            missing->name, others));
  bind(missing, !r.product ? whole - others : others == 0 ? 0 : whole / others, std::string(who));
  return true;
}

void check_countable(graph_view g, const extent_table& extents) {
  for (const node& x : g.nodes)
    if (x.op->how == form::index || x.op->how == form::extent)
      if (const long n = extents.of(x.at.axis); n > std::numeric_limits<std::int32_t>::max())
        throw error(fmt::format("axis {} of extent {} is longer than the 32 bits that integers have in a float32 "
                                "program count; use float64 tensors",
                                x.at.axis->name, n));
}

void convert_to(const tensor_ref& from, const tensor_ref& to) {
  if (from.type != dtype::int32 && from.type != dtype::int64) return copy_to(from, to);
  const strides_along a(from, to.ax), b(to, to.ax);
  with_type(from.type, [&]<class From>(From) {
    with_type(to.type, [&]<class To>(To) {
      if constexpr (std::is_same_v<To, From> || std::is_same_v<To, std::int64_t> || !std::integral<From>)
        copy_to(from, to);
      else {
        const auto convert = [&](long i, long o) {
          const From v = elements<From>(from)[i];
          constexpr From infinite = std::numeric_limits<From>::max(); // the minimum of none; their maximum is the least
          if constexpr (std::integral<To>) elements<To>(to)[o] = narrowed<To>(v);
          else if (const To x = elements<To>(to)[o] = static_cast<To>(v);
                   static_cast<long double>(x) != static_cast<long double>(v) && v != infinite &&
                   v != std::numeric_limits<From>::min())
            throw error("integer ", v, " is no ", name_of(to.type), "; give the result a place of integers");
        };
        each_place(to.extent, to.ax.n, convert, a, b);
      }
    });
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
