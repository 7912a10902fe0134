// SPDX-License-Identifier: BSL-1.0
#include <weft/facts/print.hpp>
#include <weft/io/format.hpp>

#include <fmt/format.h>

namespace weft::ir {
namespace {

std::string names_of(const axes& ax) {
  std::string s;
  for (axis_ref a : ax) s += fmt::format("{}{}", s.empty() ? "" : ", ", a->name);
  return "[" + s + "]";
}
/// A label in quotation marks. Within it a backslash stands before them and before itself, \n for the end of a line.
std::string quoted(std::string_view label) {
  std::string s = "\"";
  for (char c : label) s += c == '\n' ? "\\n" : c == '"' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
  return s + '"';
}
std::string attributes_of(graph_view g, const node& x) {
  const attributes& a = x.at;
  switch (x.op->how) {
  case form::input: return " " + quoted(a.label);
  case form::constant: return fmt::format(" {}", a.value);
  case form::extent:
  case form::index: return fmt::format(" {}", a.axis->name);
  case form::reduce: return fmt::format(" over {}", names_of(g[g.in(x, 0)].ax.without(x.ax)));
  case form::contract:
    return fmt::format(" over {}{}", names_of(a.shape), a.value != 1 ? fmt::format(" times {}", a.value) : "");
  default: break;
  }
  if (x.op->is(trait::log_sum_exp)) return fmt::format(" over {}", names_of(g[g.in(x, 0)].ax.without(x.ax)));
  std::string s;
  if (a.axis) s += fmt::format(" {}", a.axis->name);
  if (a.to) s += fmt::format(" to {}", a.to->name);
  if (a.start) s += fmt::format(" from {}", a.start);
  if (a.shape.n && !(a.shape == x.ax)) s += " along " + names_of(a.shape);
  if (a.value != 0) s += fmt::format(" with {}", a.value);
  if (!a.label.empty()) s += " " + quoted(a.label);
  return s;
}
std::string line(graph_view g, int i) {
  const node& x = g[i];
  std::string s = fmt::format("%{}: {}{} = {}", i, name_of(x.k), to_text(x.ax), x.op->name);
  for (int j = 0; j < x.count; j++) s += fmt::format(" %{}", g.in(x, j));
  return s + attributes_of(g, x);
}
std::string place_of(const slot& s) {
  switch (s.where) {
  case slot::value: return fmt::format("%{}", s.id);
  case slot::row: return fmt::format("row {}", s.id);
  case slot::scratch: return fmt::format("scratch {}", s.id);
  default: return std::string(s.axis->name);
  }
}
void write_pass(std::string& s, const plan_view& p, const region_pass& pass) {
  s += fmt::format("    {}{}:",
                   pass.rows    ? "once a row"
                   : pass.along ? "along the lanes"
                                : "lanes",
                   pass.same_as >= 0 && &p.passes[pass.same_as] != &pass ? fmt::format(" (as pass {})", pass.same_as)
                                                                         : "");
  int first[6]{pass.first_slot};
  const int counts[]{pass.loads, pass.extents, pass.indices, pass.combines, pass.stores};
  for (int k = 0; k < 5; k++) first[k + 1] = first[k] + counts[k];
  for (int i = 0; i < pass.count; i++) {
    const instruction& x = p.instructions[pass.first + i];
    const auto slot_text = [&](int group) { return place_of(p.slots[first[group] + x.slot]); };
    s += fmt::format("\n      {} = ", i);
    switch (x.what) {
    case instruction::load: s += "load " + slot_text(0); break;
    case instruction::number: s += fmt::format("{}", x.value); break;
    case instruction::extent: s += "extent " + slot_text(1); break;
    case instruction::index: s += "index " + slot_text(2); break;
    case instruction::combine: s += fmt::format("{} {} into {}", x.op->name, x.arg[0], slot_text(3)); break;
    case instruction::store: s += fmt::format("store {} to {}", x.arg[0], slot_text(4)); break;
    case instruction::apply:
      s += std::string(x.op->name);
      for (int j = 0; j < x.op->arity; j++) s += fmt::format(" {}", x.arg[j]);
    }
  }
  s += "\n";
}
} // namespace

std::string to_text(graph_view g) {
  std::string s;
  for (int i = 0; i < g.size(); i++) s += line(g, i) + "\n";
  s += "return";
  for (int o : g.outputs) s += fmt::format(" %{}", o);
  return s + "\n";
}

std::string to_text(graph_view g, const plan_view& p) {
  std::string s;
  for (const step& x : p.steps) {
    if (x.what == step::run_stream) {
      const tile_walk& t = p.streams[x.id];
      s += fmt::format("stream over tiles of {} and {}, lanes along the first:", t.outer->name, t.inner->name);
      for (const port& y : p.ports_of(t.masked))
        if (y.what != port::read) s += fmt::format(" %{}", y.node);
      s += "\n";
      continue;
    }
    if (x.what != step::run_region) {
      s += fmt::format("{} {}\n", x.what == step::run_product ? "product" : "general", line(g, x.id));
      continue;
    }
    const region& r = p.regions[x.id];
    s += fmt::format("region over {}", names_of(r.space));
    if (r.reduced.n) s += fmt::format(", reducing {}", names_of(r.reduced));
    s += "\n";
    for (int k = 0; k < r.passes; k++) write_pass(s, p, p.passes[r.first_pass + k]);
    for (int k = 0; k < r.exits; k++)
      s += fmt::format("    row {} to %{}\n", p.exits[r.first_exit + k].row, p.exits[r.first_exit + k].node);
  }
  return s;
}

std::string to_dot(graph_view g) {
  std::string s = "digraph weft {\n  node [shape=box, fontname=monospace];\n";
  for (int i = 0; i < g.size(); i++) {
    const std::string label = std::string(g[i].op->name) + attributes_of(g, g[i]) + "\n" + to_text(g[i].ax);
    s += fmt::format("  n{} [label={}];\n", i, quoted(label));
    for (int j = 0; j < g[i].count; j++) s += fmt::format("  n{} -> n{};\n", g.in(i, j), i);
  }
  for (int k = 0; k < g.outputs.size(); k++)
    s += fmt::format("  out{0} [label=\"result {0}\", shape=ellipse];\n  n{1} -> out{0};\n", k, g.outputs[k]);
  return s + "}\n";
}
} // namespace weft::ir
