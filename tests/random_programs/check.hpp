// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <random_programs/generator.hpp>

#include <support/tolerances.hpp>

#include <weft/facts/print.hpp>
#include <weft/graph/verify.hpp>
#include <weft/ops/read.hpp>
#include <weft/run/pool.hpp>

/// What must hold of any program, and a fault made small.
namespace support {

inline constexpr axis<"gap", 2> gap;

/// The same tensor in other memory: axes in another order, every other element.
struct spread {
  value storage;
  tensor_ref ref;
  spread(const value& v, kind k, precision p, dice& roll) : storage(k, p, {}, {}) {
    const tensor_ref dense = v.ref();
    axes order = dense.ax;
    if (order.n < max_rank) order.add(gap);
    for (int i = order.n; i-- > 1;) std::swap(order.a[i], order.a[roll.below(i + 1)]);
    std::vector<long> extents;
    for (axis_ref a : order) extents.push_back(same(a, gap) ? 2 : dense.extent_of(a));
    storage = value(k, p, order, extents);
    ref = storage.ref();
    if (const int g = order.find(gap); g >= 0) {
      if (storage.size())
        ref.data = static_cast<char*>(ref.data) + ref.stride[g] * static_cast<long>(size_of(ref.type));
      for (int i = g; i + 1 < order.n; i++) ref.extent[i] = ref.extent[i + 1], ref.stride[i] = ref.stride[i + 1];
      ref.ax = order.without(axis_ref(gap));
    }
    copy_to(v.ref(), ref);
  }
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

/// Numbers for a program's inputs: the same for the same kinds, axes and extents.
inline values drawn_inputs(ir::graph_view g, std::uint64_t seed, const named_extents& extents) {
  values r;
  for (int i : g.inputs) {
    const ir::node& x = g[i];
    std::vector<long> shape;
    for (axis_ref a : x.ax) shape.push_back(extents(a));
    value v(x.k, precision::twice, x.ax, shape);
    for (long e = 0; e < v.size(); e++) {
      const double z = uniform_at(seed * 64 + r.size(), static_cast<std::uint64_t>(e));
      v.set(e, x.k == boolean ? z < 0.6 : x.k == integer ? std::floor(random_program::id_count * z) : 3 * z - 1.5);
    }
    r.push_back(v);
  }
  return r;
}

struct trial {
  random_program p;
  explicit trial(std::uint64_t seed) : p(seed) {}
  struct traced {
    std::vector<expr> x, ids, masks, t, u;
  };
  traced arguments(ir::builder& b, bool tangents) const {
    traced a{p.inputs(b, p.reals, real, "x"),
             p.inputs(b, p.integers, integer, "ids"),
             p.inputs(b, p.booleans, boolean, "mask"),
             {},
             {}};
    if (tangents) a.t = p.inputs(b, p.reals, real, "t"), a.u = p.inputs(b, p.reals, real, "u");
    return a;
  }
  live_program plain() const {
    return live_program([&](ir::builder& b) {
      const traced a = arguments(b, false);
      return p(a.x, a.ids, a.masks);
    });
  }
  /// About the mean square of all results; of no elements it is 0 and not 0 / 0.
  auto loss(const traced& a) const {
    return [this, a](const std::vector<expr>& x) {
      expr total = 0.0;
      for (const expr& y : p(x, a.ids, a.masks))
        total = total + at(sum(y * at(y), y.ax()) / at(1.0 + at(ir::elements_along(y.ax()))));
      return total;
    };
  }
  /// The loss's tangent along t, then its gradient.
  live_program first() const {
    return live_program([&](ir::builder& b) {
      const traced a = arguments(b, true);
      std::vector<expr> out{jvp(loss(a))(a.x, a.t).tangent};
      const std::vector<expr> g = grad(loss(a))(a.x);
      out.insert(out.end(), g.begin(), g.end());
      return out;
    });
  }
  /// The Hessian times t (forward over reverse), then times u (reverse over reverse).
  live_program second() const {
    return live_program([&](ir::builder& b) {
      const traced a = arguments(b, true);
      std::vector<expr> out = hvp(loss(a))(a.x, a.t);
      const auto slope = [&](const std::vector<expr>& x) {
        const std::vector<expr> g = grad(loss(a))(x);
        expr total = 0.0;
        for (std::size_t k = 0; k < g.size(); k++) total = total + at(sum(g[k] * at(a.u[k]), g[k].ax()));
        return total;
      };
      const std::vector<expr> hu = grad(slope)(a.x);
      out.insert(out.end(), hu.begin(), hu.end());
      return out;
    });
  }
};

/// The ops of a graph, for those that the listing lacks.
inline std::vector<const ir::op_def*> ops_of(ir::graph_view g) {
  std::vector<const ir::op_def*> r;
  for (const ir::node& x : g.nodes) r.push_back(x.op);
  return r;
}

/// The first node in which two graphs differ, or -1. Axes are equal by name.
inline int other_node(ir::graph_view a, ir::graph_view b) {
  const auto alike = [](axis_ref x, axis_ref y) { return x && y ? same(x, y) && x->extent == y->extent : x == y; };
  const auto all_alike = [&](const axes& x, const axes& y) {
    return x.n == y.n && std::equal(x.begin(), x.end(), y.begin(), alike);
  };
  for (int i = 0; i < a.size(); i++) {
    if (i >= b.size()) return i;
    const ir::node &x = a[i], &y = b[i];
    if (x.op != y.op || x.count != y.count || x.k != y.k || !all_alike(x.ax, y.ax)) return i;
    for (int j = 0; j < x.count; j++)
      if (a.in(x, j) != b.in(y, j)) return i;
    if (std::bit_cast<std::uint64_t>(x.at.value) != std::bit_cast<std::uint64_t>(y.at.value) ||
        x.at.start != y.at.start || x.at.label != y.at.label || !alike(x.at.axis, y.at.axis) ||
        !alike(x.at.to, y.at.to) || !all_alike(x.at.shape, y.at.shape))
      return i;
  }
  return -1;
}

/// What is wrong with a program: nothing, or in which respect, and how.
struct finding {
  std::string respect, how;
  bool none() const { return respect.empty(); }
};

/// Whether the reference itself moves about as far where its inputs move by rounding errors: a step or a tie is near.
inline bool ill_conditioned(const live_program& p, const values& in, precision how, const values& want, double distant,
                            double magnitude) {
  const double size = how == precision::twice ? 1e-13 : 3e-6;
  for (std::uint64_t k = 0; k < 8; k++) {
    values near = in;
    for (value& v : near)
      if (v.is_real())
        for (long e = 0; e < v.size(); e++)
          v.set(e, v[e] + size * (2 * uniform_at(900 + k, static_cast<std::uint64_t>(e)) - 1));
    if (distance(want, p.reference(near, how), magnitude) > distant / 8) return true;
  }
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

/// Legal before and after the passes, and as text; the same by both policies, from and into memory of any layout, on
/// any number of threads. `excused` counts comparisons that mean nothing.
inline finding verdict_on(const live_program& p, const values& in, dice roll, int& excused) try {
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

/// What a faulty program is printed as: comments that say how its inputs are drawn, and its text. tests/fuzz --text
/// runs it again.
inline std::string as_text(const live_program& p, std::uint64_t seed, const named_extents& extents) {
  std::string s = "# seed " + std::to_string(seed) + "\n";
  for (const auto& [name, n] : extents.of)
    for (const ir::node& x : p.source().nodes)
      if (std::any_of(x.ax.begin(), x.ax.end(),
                      [&](axis_ref a) { return a->name.substr(0, a->name.find('\'')) == name; })) {
        s += "# extent " + name + "=" + std::to_string(n) + "\n";
        break;
      }
  return s + ir::to_text(p.source());
}

/// A fault made small: the program of one value, in which other values that the fault does not need become inputs, on
/// short axes.
struct culprit {
  const live_program& p;
  std::uint64_t seed;
  named_extents extents;
  std::string respect;
  std::vector<bool> given; ///< nodes that are inputs now
  int node = -1;

  culprit(const live_program& program, std::uint64_t s, const named_extents& e, std::string what)
      : p(program), seed(s), extents(e), respect(std::move(what)),
        given(static_cast<std::size_t>(p.source().size()), false) {
    for (int i : p.source().inputs) given[static_cast<std::size_t>(i)] = true;
  }
  live_program part() const {
    std::vector<bool> needed(given.size(), false);
    needed[static_cast<std::size_t>(node)] = true;
    for (int i = node; i >= 0; i--)
      if (const auto k = static_cast<std::size_t>(i); needed[k] && !given[k])
        for (int j = 0; j < p.source()[i].count; j++) needed[static_cast<std::size_t>(p.source().in(i, j))] = true;
    return live_program([&](ir::builder& b) {
      ir::rewriter copy(p.source(), b);
      for (int i = 0; i < p.source().size(); i++) {
        if (!needed[static_cast<std::size_t>(i)]) continue;
        const ir::node& x = p.source()[i];
        if (given[static_cast<std::size_t>(i)]) copy.moved[i] = ir::input(b, x.ax, x.k, "given").id;
        else copy.moved[i] = copy.copy(x).id;
      }
      return std::vector<expr>{copy[node]};
    });
  }
  bool at_fault() const try {
    const live_program q = part();
    int excused = 0;
    return verdict_on(q, drawn_inputs(q.source(), seed, extents), {seed, 5000}, excused).respect == respect;
  } catch (const error&) { return false; }
  /// The smallest program found, or the whole one.
  std::string found() {
    const named_extents whole = extents;
    for (node = 0; node < p.source().size(); node++)
      if (!given[static_cast<std::size_t>(node)] && at_fault()) {
        for (int i = node; i-- > 0;)
          if (const auto k = static_cast<std::size_t>(i); !given[k]) {
            given[k] = true;
            given[k] = at_fault();
          }
        for (auto& [name, n] : extents.of)
          for (const long fewer : {1, 2, 3, 5, 9, 17}) {
            const long before = std::exchange(n, fewer);
            if (fewer < before && at_fault()) break;
            n = before;
          }
        return as_text(part(), seed, extents);
      }
    return as_text(p, seed, whole);
  }
};

/// Whether <a, u> = <b, t>, as far as the magnitudes allow.
inline bool symmetric(const values& a, const values& u, const values& b, const values& t, double magnitude) {
  double one = 0, other = 0, size = magnitude;
  for (std::size_t k = 0; k < a.size(); k++) one += dot(a[k], u[k], size);
  for (std::size_t k = 0; k < b.size(); k++) other += dot(b[k], t[k], size);
  return std::isnan(one) || std::isnan(other) || std::abs(one - other) <= 1e-10 * size;
}

/// Which ops the programs were made of, and how many of their results were numbers.
struct covered {
  std::vector<std::pair<const ir::op_def*, int>> ops;
  long nodes = 0, results = 0, not_finite = 0;
  int excused = 0; ///< comparisons next to a step or a tie
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
