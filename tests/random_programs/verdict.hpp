// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <random_programs/other_node.hpp>
#include <random_programs/spread.hpp>

#include <support/tolerances.hpp>

#include <weft/facts/print.hpp>
#include <weft/graph/verify.hpp>
#include <weft/ops/read.hpp>
#include <weft/run/pool.hpp>

/// What must hold of any program.
namespace support {

/// What is wrong with a program: nothing, or in which respect, and how.
struct finding {
  std::string respect, how;
  bool none() const { return respect.empty(); }
};

/// The largest value that a program computes, and the largest sum of magnitudes that it adds up.
inline double summed_magnitude(const live_program& p, const values& in) {
  const live_program measure([&](ir::builder& b) {
    ir::rewriter copy(p.source(), b);
    std::vector<expr> seen;
    for (int i = 0; i < p.source().size(); i++) {
      const ir::node& x = p.source()[i];
      const expr y = copy.copy(x);
      copy.moved[i] = y.id;
      if (x.k != real) continue;
      seen.push_back(y);
      if (x.op == ir::op<sum_op>)
        seen.push_back(sum(abs(copy[p.source().in(i, 0)]), p.source()[p.source().in(i, 0)].ax.without(x.ax)));
      if (x.op == ir::op<contract_op>)
        seen.push_back(contract(abs(copy[p.source().in(i, 0)]), abs(copy[p.source().in(i, 1)]), x.at.shape));
    }
    return seen;
  });
  double m = 1;
  for (const value& v : measure.reference(in))
    for (long e = 0; e < v.size(); e++)
      if (std::isfinite(v[e])) m = std::max(m, std::abs(v[e]));
  return m;
}

/// The program, each of its real values times 1 + `size` u, where u is drawn from [-1, 1) for each element.
inline live_program disturbed(const live_program& p, double size, int seed) {
  return live_program([&](ir::builder& b) {
    ir::rewriter copy(p.source(), b);
    for (int i = 0; i < p.source().size(); i++) {
      const ir::node& x = p.source()[i];
      expr y = copy.copy(x);
      if (x.k == real && x.op->how != ir::form::input)
        y = y * at(1.0 + size * at(uniform(ir::attach(b, expr(seed + i)), y.ax(), -1.0, 1.0)));
      copy.moved[i] = y.id;
    }
    std::vector<expr> out;
    for (int o : p.source().outputs) out.push_back(copy[o]);
    return out;
  });
}
/// Whether the reference itself moves about as far where its inputs move by some rounding errors (a step or a tie is
/// near), or where all that it computes moves by one (what is left of a difference counts).
inline bool ill_conditioned(const live_program& p, const values& in, precision how, const values& want, double distant,
                            double magnitude) {
  const auto moves = [&](const live_program& other, const values& near) {
    return distance(want, other.reference(near, how), magnitude) > distant / 8;
  };
  const bool twice = how == precision::twice;
  for (std::uint64_t k = 0; k < 8; k++) {
    values near = in;
    for (value& v : near)
      if (v.is_real())
        for (long e = 0; e < v.size(); e++)
          v.set(e, v[e] + (twice ? 1e-13 : 3e-6) * (2 * uniform_at(900 + k, static_cast<std::uint64_t>(e)) - 1));
    if (moves(p, near)) return true;
  }
  for (int k = 0; k < 8; k++)
    if (moves(disturbed(p, twice ? 2e-16 : 1e-7, 1000 * k), in)) return true;
  return false;
}

/// Nothing, or how far `got` is from what the reference gives, as far as that means something: else it is excused.
inline std::string how_far(const live_program& p, const values& in, const values& want, const values& got,
                           precision how, double tolerance, double magnitude, int& excused) {
  const double d = distance(want, got, magnitude);
  if (d <= tolerance) return {};
  if (ill_conditioned(p, as(how, in), how, want, d, magnitude)) return excused++, std::string();
  return "by " + std::to_string(d / tolerance) + " times the tolerance";
}

/// The ops of a graph, for those that the listing lacks.
inline std::vector<const ir::op_def*> ops_of(ir::graph_view g) {
  std::vector<const ir::op_def*> r;
  for (const ir::node& x : g.nodes) r.push_back(x.op);
  return r;
}

/// What is wrong with the graph that the first pass leaves which leaves an illegal one; empty if none does.
inline std::string illegal_after_a_pass(ir::graph_view source) {
  ir::graph_copy now(source);
  for (const ir::pass& p : ir::pipeline) {
    if (p.applies && !p.applies(now.view())) continue;
    ir::builder next(now.view().size());
    p.run(now.view(), next);
    if (const ir::message m = ir::verify(next.view()); !m.empty())
      return std::string(p.name) + " leaves " + std::string(m.view());
    now = ir::graph_copy(next.view());
  }
  return "";
}

/// A value that a step of the plan reads though neither it nor a step before it makes it; -1 if there is none.
inline int read_too_early(const live_program& p) {
  const ir::graph_view g = p.lowered();
  std::vector<bool> made(static_cast<std::size_t>(g.size()));
  for (int i : g.inputs) made[static_cast<std::size_t>(i)] = true;
  int early = -1;
  for (const ir::step& s : p.plan().steps) {
    ir::each_access(g, p.plan(), s, [](int) {}, [&](int i) { made[static_cast<std::size_t>(i)] = true; });
    ir::each_access(g, p.plan(), s, [&](int i) { early = made[static_cast<std::size_t>(i)] ? early : i; }, [](int) {});
  }
  return early;
}

/// Legal before, after and between the passes, and as text; the same by both policies, from and into memory of any
/// layout, on any number of threads. `excused` counts comparisons that mean nothing.
inline finding verdict_on(const live_program& p, const values& in, dice roll, int& excused) try {
  if (const std::string bad = illegal_after_a_pass(p.source()); !bad.empty()) return {"a pass goes wrong", bad};
  if (const int i = read_too_early(p); i >= 0) return {"a step reads what is not made yet", "%" + std::to_string(i)};
  for (const ir::graph_view g : {p.source(), p.lowered()}) {
    if (const ir::message m = ir::verify(g); !m.empty()) return {"illegal", std::string(m.view())};
    const std::string text = ir::to_text(g);
    const auto used = ops_of(g);
    const ir::read_graph read = ir::read_text(text, {used.data(), g.size()});
    if (ir::to_text(read.graph.view()) != text) return {"its text reads back otherwise", ""};
    if (const int i = other_node(g, read.graph.view()); i >= 0)
      return {"its text reads back as another graph", "from %" + std::to_string(i) + " on"};
  }
  const double magnitude = summed_magnitude(p, in);
  const auto apart = [&](const values& a, const values& b, precision how, double tolerance) {
    return how_far(p, in, a, b, how, tolerance, magnitude, excused);
  };
  const values want = p.reference(in), got = p.interpreted(in);
  if (const auto d = apart(want, got, precision::twice, tolerance::policies); !d.empty())
    return {"reference and interpreted differ", d};
  std::vector<spread> places, results;
  std::vector<tensor_ref> given;
  for (std::size_t k = 0; k < in.size(); k++) {
    places.emplace_back(in[k], p.source()[p.source().inputs[static_cast<int>(k)]].k, precision::twice, roll);
    given.push_back(places.back().ref);
  }
  results.reserve(want.size());
  int next = 0;
  const auto place = [&](const value& v) {
    results.emplace_back(v, p.source()[p.source().outputs[next++]].k, precision::twice, roll);
    return results.back().ref;
  };
  if (const auto d = apart(want, p.run(policy::interpreted, precision::twice, given, place), precision::twice,
                           tolerance::policies);
      !d.empty())
    return {"strided memory gives other numbers", d};
  const values rounded = as(precision::single, in);
  if (const auto d = apart(p.reference(rounded, precision::single), p.interpreted(rounded, precision::single),
                           precision::single, tolerance::policies_single);
      !d.empty())
    return {"reference and interpreted differ in float32", d};
  const int threads = weft::threads();
  set_threads(3);
  const values threaded = p.interpreted(in);
  set_threads(threads);
  if (distance(got, threaded) != 0) return {"another number of threads gives other bits", ""};
  return {};
} catch (const error& e) {
  const std::string text = e.what();
  return {"throws " + text.substr(0, text.find(':')), text}; // who speaks: another complaint is another fault
}
} // namespace support
