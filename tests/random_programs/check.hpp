// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <random_programs/culprit.hpp>
#include <random_programs/trial.hpp>

/// What must hold of the program of a seed and of its derivatives, and of one that was printed.
namespace support {

/// Whether <a, u> = <b, t>, as far as the magnitudes allow: both may be infinite.
inline bool symmetric(const values& a, const values& u, const values& b, const values& t, double magnitude) {
  double one = 0, other = 0, size = magnitude;
  for (std::size_t k = 0; k < a.size(); k++) one += dot(a[k], u[k], size);
  for (std::size_t k = 0; k < b.size(); k++) other += dot(b[k], t[k], size);
  return std::isnan(one) || std::isnan(other) || one == other || std::abs(one - other) <= 1e-10 * size;
}

/// Which ops the programs were made of, and how many of their results were numbers.
struct covered {
  std::vector<std::pair<const ir::op_def*, int>> ops;
  long nodes = 0, results = 0, not_finite = 0;
  int excused = 0; ///< ill-conditioned comparisons
  int& count(const ir::op_def* op) {
    for (auto& [known, n] : ops)
      if (known == op) return n;
    return ops.emplace_back(op, 0).second;
  }
  void add(const live_program& p, const values& results_of_p) {
    for (const ir::node& x : p.source().nodes) count(x.op)++, nodes++;
    for (const value& v : results_of_p)
      for (long e = 0; e < v.size(); e++) results++, not_finite += !std::isfinite(v[e]);
  }
};

/// Everything that must hold of the program of a seed and of its derivatives. Empty, or what is wrong and the smallest
/// program that shows it.
inline std::string verdict_on(std::uint64_t seed, covered& seen) {
  const trial w(seed);
  const dice roll{seed, 5000};
  const auto report = [&](const char* which, const live_program& p, const finding& f) {
    return std::string(which) + " of seed " + std::to_string(seed) + ": " + f.respect + " " + f.how + "\n" +
           culprit(p, seed, w.p.extents, f.respect).found();
  };
  const auto inputs = [&](const live_program& p) { return drawn_inputs(p.source(), seed, w.p.extents); };
  const auto labelled = [&](const live_program& p, const values& in, std::string_view label) {
    values r;
    for (std::size_t k = 0; k < in.size(); k++)
      if (p.source()[p.source().inputs[static_cast<int>(k)]].at.label == label) r.push_back(in[k]);
    return r;
  };
  const live_program plain = w.plain();
  if (const finding f = verdict_on(plain, inputs(plain), roll, seen.excused); !f.none())
    return report("the value", plain, f);
  const live_program first = w.first();
  const values in = inputs(first);
  if (const finding f = verdict_on(first, in, roll, seen.excused); !f.none())
    return report("the first derivative", first, f);
  const values d = first.interpreted(in);
  const value one(tensor<double>(1.0));
  seen.add(first, d);
  if (!symmetric({d[0]}, {one}, values(d.begin() + 1, d.end()), labelled(first, in, "t"), summed_magnitude(first, in)))
    return report("the gradient", first, {"<gradient, t> is not the tangent", ""});
  if (w.p.large()) return ""; // the reference would take its time
  const live_program second = w.second();
  const values more = inputs(second);
  if (const finding f = verdict_on(second, more, roll, seen.excused); !f.none())
    return report("the second derivative", second, f);
  const values h = second.interpreted(more);
  seen.add(second, h);
  const auto half = h.begin() + static_cast<long>(h.size() / 2);
  if (!symmetric(values(h.begin(), half), labelled(second, more, "u"), values(half, h.end()),
                 labelled(second, more, "t"), summed_magnitude(second, more)))
    return report("the Hessian", second, {"<u, H t> is not <t, H u>", ""});
  return "";
}

/// Runs a program that `as_text` wrote. Empty, or what is wrong.
inline std::string verdict_on_text(const std::string& text, ir::range<const ir::op_def*> more = {}) {
  std::uint64_t seed = 0;
  named_extents extents;
  for (std::size_t from = 0; from < text.size(); from = text.find('\n', from) + 1) {
    unsigned long number = 0;
    char name[64];
    if (std::sscanf(text.c_str() + from, "# seed %lu", &number) == 1) seed = number;
    if (std::sscanf(text.c_str() + from, "# extent %63[^=]=%lu", name, &number) == 2)
      extents.of[name] = static_cast<long>(number);
    if (text.find('\n', from) == text.npos) break;
  }
  const ir::read_graph read = ir::read_text(text, more);
  const live_program p([&](ir::builder& b) {
    ir::rewriter copy(read.graph.view(), b);
    for (int i = 0; i < read.graph.nodes.size(); i++) copy.moved[i] = copy.copy(read.graph.nodes[i]).id;
    std::vector<expr> out;
    for (int o : read.graph.outputs) out.push_back(copy[o]);
    return out;
  });
  int excused = 0;
  const finding f = verdict_on(p, drawn_inputs(p.source(), seed, extents), {seed, 5000}, excused);
  return f.none() ? "" : f.respect + " " + f.how;
}
} // namespace support
