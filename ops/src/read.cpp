// SPDX-License-Identifier: BSL-1.0
#include <weft/graph/verify.hpp>
#include <weft/ops/all.hpp>
#include <weft/ops/read.hpp>
#include <weft/run/error.hpp>

#include <boost/hana/unpack.hpp>

#include <charconv>
#include <optional>
#include <vector>

namespace weft::ir {
namespace {
constexpr const op_def* own_nodes[]{&constant_def, &input_def,     &extent_def,  &index_def,
                                    &to_real_def,  &indicator_def, &arrange_def, &alias_def};

/// Stands for an axis that a line does not name: its name can't be read, so no tensor has it and an op that asks for it
/// refuses, or gives axes that no line can state.
constexpr axis_data unnamed{"[not named]", unbound, role::sequence, hash_of("[not named]")};

constexpr auto listing = boost::hana::unpack(ops::all, [](auto... o) { return std::array{op<decltype(o)>...}; });

/// One line, taken apart from the left.
struct line_reader {
  std::string_view rest;
  long number; ///< of the line
  template <class... X> [[noreturn]] void fail(const X&... what) const { throw error("line ", number, ": ", what...); }

  bool take(std::string_view what) {
    if (!rest.starts_with(what)) return false;
    rest.remove_prefix(what.size());
    return true;
  }
  void expect(std::string_view what) {
    if (!take(what)) fail("expected '", what, "', found '", rest.substr(0, 20), "'");
  }
  std::string_view up_to(std::string_view stops) {
    const std::string_view word = rest.substr(0, rest.find_first_of(stops));
    rest.remove_prefix(word.size());
    if (word.empty()) fail("expected a word, found '", rest.substr(0, 20), "'");
    return word;
  }
  template <class N> N number_of(std::string_view word) const {
    N n{};
    const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), n);
    if (problem != std::errc() || end != word.data() + word.size()) fail("'", word, "' is not a number");
    return n;
  }
  template <class N> N take_number() { return number_of<N>(up_to(" ],\n")); }
};

struct reader {
  range<const op_def*> more;
  read_graph made{};
  std::vector<int> node_of{}; ///< of each number in the text
  long number = 0;

  axis_ref axis(const line_reader& l, std::string_view name, std::optional<long> extent) {
    for (axis_data& a : made.axes)
      if (a.name == name) {
        if (extent && *extent != a.extent)
          l.fail("axis ", name, " has another extent here than above: one name has one extent");
        return &a;
      }
    const std::string& own = made.names.emplace_back(name);
    const long n = extent.value_or(unbound);
    made.axes.push_back({own, n, n == unbound ? role::sequence : role::feature, hash_of(own)});
    return &made.axes.back();
  }
  axes shape(line_reader& l) {
    axes r;
    for (l.expect("["); !l.take("]");) {
      if (r.n == max_rank) l.fail("a tensor has at most 8 axes");
      const std::string_view name = l.up_to("=,]");
      const bool stated = l.take("=");
      const long n = stated ? l.take_number<long>() : unbound;
      if (stated && n < 0) l.fail("axis ", name, " can't have extent ", n, "; an extent is 0 or more");
      r.add(axis(l, name, n));
      l.take(", ");
    }
    return r;
  }
  axes names(line_reader& l) {
    axes r;
    for (l.expect("["); !l.take("]"); l.take(", ")) {
      if (r.n == max_rank) l.fail("at most 8 axes can be named");
      r.add(axis(l, l.up_to(",]"), {}));
    }
    return r;
  }
  int value(line_reader& l) {
    l.expect("%");
    const auto n = l.take_number<long>();
    if (n < 0 || n >= static_cast<long>(node_of.size())) l.fail("%", n, " is not a value above");
    return node_of[static_cast<std::size_t>(n)];
  }
  std::string_view label(line_reader& l) {
    std::string s;
    while (!l.take("\"")) {
      const bool escaped = l.take("\\");
      if (l.rest.empty()) l.fail("a label without its closing quotation mark");
      s += escaped && l.rest[0] == 'n' ? '\n' : l.rest[0];
      l.rest.remove_prefix(1);
    }
    return made.names.emplace_back(s);
  }
  kind kind_of(line_reader& l) {
    for (kind k : {real, integer, boolean})
      if (l.take(name_of(k))) return k;
    l.fail("expected real, integer or boolean, found '", l.rest.substr(0, 20), "'");
  }
  const op_def* op_called(const line_reader& l, std::string_view name) const {
    for (const range<const op_def*>& known : {range<const op_def*>(own_nodes, std::size(own_nodes)),
                                              range<const op_def*>(listing.data(), listing.size()), more})
      for (const op_def* o : known)
        if (o->name == name) return o;
    l.fail("there is no op called '", name, "'");
  }
  /// What stands after the operands.
  attributes attributes_of(line_reader& l, const op_def* op, kind k, const axes& ax) {
    attributes a;
    if (op->how == form::input) a.shape = ax, a.k = k;
    if (op->how == form::constant) {
      l.expect(" ");
      a.value = l.take_number<double>(), a.k = k;
      return a;
    }
    if (op->how == form::index || op->how == form::extent) {
      l.expect(" ");
      a.axis = axis(l, l.up_to(" "), {}), a.k = integer;
    }
    if (op->how == form::contract) a.value = 1;
    while (!l.rest.empty()) {
      l.expect(" ");
      if (l.take("\"")) a.label = label(l);
      else if (l.take("over ")) {
        a.shape = names(l);
        if (op->how != form::contract && a.shape.n == 1) a.axis = a.shape[0], a.shape = {};
      } else if (l.take("along ")) a.shape = names(l);
      else if (l.take("times ") || l.take("with ")) a.value = l.take_number<double>();
      else if (l.take("to ")) a.to = axis(l, l.up_to(" "), {});
      else if (l.take("from ")) a.start = l.take_number<long>();
      else if (!a.axis) a.axis = axis(l, l.up_to(" "), {});
      else l.fail("'", l.rest.substr(0, 20), "' is not expected here");
    }
    return a;
  }
  /// What the op says to a line that may lack some of what it needs.
  static verdict verdict_of(const op_def* op, const operand* in, int n, attributes a) {
    if (!a.axis) a.axis = &unnamed;
    if (!a.to) a.to = &unnamed;
    return op->infer(in, n, a);
  }
  void node(line_reader& l) {
    l.expect("%");
    if (const auto n = static_cast<std::size_t>(l.number_of<long>(l.up_to(":"))); n != node_of.size())
      l.fail("values are numbered in order: %", node_of.size(), " is next, not %", n);
    l.expect(": ");
    const kind k = kind_of(l);
    const axes ax = shape(l);
    l.expect(" = ");
    const op_def* op = op_called(l, l.up_to(" "));
    int in[max_rank]{}, n = 0;
    operand seen[max_rank]{};
    while (l.rest.starts_with(" %")) {
      if (n == max_rank) l.fail("an op has at most 8 operands");
      l.expect(" ");
      in[n] = value(l);
      const struct node& x = made.graph.nodes[in[n]];
      seen[n++] = {x.ax, x.k};
    }
    if (op->arity >= 0 && n != op->arity) l.fail(op->name, " takes ", op->arity, " operands, not ", n);
    attributes a = attributes_of(l, op, k, ax);
    verdict v = verdict_of(op, seen, n, a);
    if ((v.refused || !(v.out == ax)) && !a.shape.n) { // where the op is told its result's axes, they are not repeated
      a.shape = ax;
      const verdict told = verdict_of(op, seen, n, a);
      if (!told.refused) v = told;
    }
    if (v.refused)
      l.fail(op->name, ": ", v.refused, v.left ? " " : "", v.left ? v.left->name : "", v.right ? " and " : "",
             v.right ? v.right->name : "");
    if (!(v.out == ax)) l.fail(op->name, " gives other axes");
    const int id = made.graph.put(op, in, n, ax, k, a, {"", static_cast<unsigned>(l.number)});
    if (op->how == form::input) made.graph.inputs.push_back(id);
    node_of.push_back(id);
  }
  read_graph read(std::string_view text) {
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      line_reader l{text.substr(0, end), ++number};
      text.remove_prefix(std::min(end + 1, text.size()));
      if (l.rest.empty() || l.rest[0] == '#') continue;
      if (!l.take("return")) {
        node(l);
        continue;
      }
      while (l.take(" ")) made.graph.outputs.push_back(value(l));
      if (!l.rest.empty()) l.fail("'", l.rest, "' is not expected here");
      if (const message m = verify(made.graph.view()); !m.empty()) throw error("the text's ", m.view());
      return std::move(made);
    }
    throw error("line ", number + 1, ": the text ends without 'return'");
  }
};
} // namespace

read_graph read_text(std::string_view text, range<const op_def*> more) { return reader{more}.read(text); }
} // namespace weft::ir
