// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <random_programs/check.hpp>

#include <fmt/format.h>

/// Random programs as source text, to be compiled: a table of nodes each, for random_programs/compiled.hpp.
namespace support {

class emitter {
  std::vector<axis_ref> axes_;
  std::string nodes_;

  std::string name_of_axis(axis_ref a) {
    if (!a) return "nullptr";
    for (std::size_t k = 0; k < axes_.size(); k++)
      if (same(axes_[k], a)) return fmt::format("x{}", k);
    axes_.push_back(a);
    return fmt::format("x{}", axes_.size() - 1);
  }
  std::string list(const axes& ax) {
    std::string s;
    for (axis_ref a : ax) s += (s.empty() ? "" : ", ") + name_of_axis(a);
    return "{" + s + "}";
  }
  static std::string number(double x) {
    return std::isnan(x)   ? "std::numeric_limits<double>::quiet_NaN()"
           : std::isinf(x) ? (x < 0 ? "-infinity" : "infinity")
                           : fmt::format("{:a}", x);
  }
  void add(ir::graph_view g, const ir::node& x) {
    std::string in;
    for (int j = 0; j < x.count; j++) in += fmt::format("{}{}", j ? ", " : "", g.in(x, j));
    const ir::attributes& a = x.at;
    nodes_ += fmt::format("    {{op_called(\"{}\"), {{{}}}, {}, {}, {}, {{{}, {}, {}, {}, {}, {}, \"{}\"}}}},\n",
                          x.op->name, in, x.count, list(x.ax), name_of(x.k), number(a.value), name_of(a.k),
                          name_of_axis(a.axis), name_of_axis(a.to), a.start, list(a.shape), a.label);
  }

public:
  /// A test case of the program of a seed, or of its derivative.
  std::string operator()(ir::graph_view g, std::uint64_t seed, bool derivative) {
    for (const ir::node& x : g.nodes) add(g, x);
    std::string arguments, outputs;
    for (int i : g.inputs) {
      const std::string ax = list(g[i].ax);
      arguments += fmt::format("{}arg<\"{}\", {}>({})", arguments.empty() ? "" : ", ", g[i].at.label, name_of(g[i].k),
                               ax.substr(1, ax.size() - 2));
    }
    for (int o : g.outputs) outputs += fmt::format("{}{}", outputs.empty() ? "" : ", ", o);
    std::string s = fmt::format("\nnamespace program_{} {{\n", seed);
    for (std::size_t k = 0; k < axes_.size(); k++) {
      const std::string_view name = axes_[k]->name, plain = name.substr(0, name.find('\''));
      s += fmt::format("constexpr axis<\"{}\", {}, role::{}, {}> x{};\n", plain, axes_[k]->extent,
                       axes_[k]->role == role::sequence ? "sequence" : "feature", name.size() - plain.size(), k);
    }
    s += fmt::format("constexpr table_node nodes[]{{\n{}}};\nconstexpr int outputs[]{{{}}};\n", nodes_, outputs);
    s += fmt::format(
        "BOOST_AUTO_TEST_CASE(seed_{}) {{\n  support::agrees(compile(from_table<nodes, outputs>{{}}, {}), {}, "
        "{});\n}}\n}}\n",
        seed, arguments, seed, derivative);
    return s;
  }
};

/// `count` programs from seed `first` on, every other one a derivative, those that are neither trivial nor large.
inline std::string emitted(unsigned long first, int count) {
  std::string s = fmt::format("#define BOOST_TEST_MODULE compiled_{}\n#include <random_programs/compiled.hpp>\n\nusing "
                              "namespace support;\n",
                              first);
  for (std::uint64_t seed = first; count > 0; seed++) {
    const trial w(seed);
    const bool derivative = count % 2 == 0;
    const live_program p = derivative ? w.first() : w.plain();
    if (p.source().size() < 10 || p.source().size() > 60) continue;
    s += emitter()(p.source(), seed, derivative);
    count--;
  }
  return s;
}
} // namespace support
