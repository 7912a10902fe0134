// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE random_programs
#include "random_programs/generator.hpp"

#include <support/tolerances.hpp>

#include <weft/facts/print.hpp>
#include <weft/graph/verify.hpp>
#include <weft/run/pool.hpp>

#include <boost/hana/for_each.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>

using namespace support;

namespace {
constexpr axis<"gap", 2> gap;

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
double summed_magnitude(const live_program& p, const values& in) {
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

struct trial {
  random_program p;
  values x, ids, masks, t, u;

  explicit trial(std::uint64_t seed) : p(seed) {
    const auto draw = [&](const std::vector<axes>& ax, kind k, double lo, double hi, std::uint64_t offset, values& to) {
      for (const axes& a : ax) {
        std::vector<long> extents;
        for (axis_ref one : a) extents.push_back(p.extent(one));
        value v(k, precision::twice, a, extents);
        for (long e = 0; e < v.size(); e++) {
          const double z = uniform_at(seed * 64 + offset, static_cast<std::uint64_t>(e));
          v.set(e, k == boolean ? z < 0.6 : k == integer ? std::floor(lo + (hi - lo) * z) : lo + (hi - lo) * z);
        }
        to.push_back(v), offset++;
      }
    };
    draw(p.reals, real, -1.5, 1.5, 0, x), draw(p.integers, integer, 0, random_program::id_count, 10, ids),
        draw(p.booleans, boolean, 0, 1, 20, masks);
    draw(p.reals, real, -1, 1, 30, t), draw(p.reals, real, -1, 1, 40, u);
  }
  values inputs(bool tangents) const {
    values all = x;
    all.insert(all.end(), ids.begin(), ids.end()), all.insert(all.end(), masks.begin(), masks.end());
    if (tangents) all.insert(all.end(), t.begin(), t.end()), all.insert(all.end(), u.begin(), u.end());
    return all;
  }
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
  /// The mean square of all results.
  auto loss(const traced& a) const {
    return [this, a](const std::vector<expr>& x) {
      expr total = 0.0;
      for (const expr& y : p(x, a.ids, a.masks)) total = total + at(y.ax().n ? mean(y * at(y), y.ax()) : y * at(y));
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

std::string shown(const live_program& p) {
  return ir::to_text(p.source()) + "lowered:\n" + ir::to_text(p.lowered()) + ir::to_text(p.lowered(), p.plan());
}

/// A fault made small: the program of one value, in which other values that the fault does not need become inputs.
struct culprit {
  const live_program& p;
  values all; ///< of every node
  double magnitude;
  double tolerance;
  std::vector<bool> given; ///< nodes that are inputs now
  int node = -1;

  culprit(const live_program& program, const values& in, double m)
      : p(program), magnitude(m), tolerance(tolerance::policies),
        given(static_cast<std::size_t>(p.source().size()), false) {
    const live_program every([&](ir::builder& b) {
      ir::rewriter copy(p.source(), b);
      std::vector<expr> out;
      for (int i = 0; i < p.source().size(); i++)
        out.push_back(copy.copy(p.source()[i])), copy.moved[i] = out.back().id;
      return out;
    });
    all = every.reference(in);
    try { // a tenth of the whole fault is a fault, rounding is none
      const double whole = distance(p.reference(in), p.interpreted(in), magnitude);
      if (std::isfinite(whole)) tolerance = std::max(tolerance, whole / 10);
    } catch (const error&) {}
    for (int i : p.source().inputs) given[static_cast<std::size_t>(i)] = true;
  }
  live_program part() const {
    return live_program([&](ir::builder& b) {
      ir::rewriter copy(p.source(), b);
      for (int i = 0; i < p.source().size(); i++) {
        const ir::node& x = p.source()[i];
        if (given[static_cast<std::size_t>(i)]) copy.moved[i] = ir::input(b, x.ax, x.k, "given").id;
        else if (i <= node) copy.moved[i] = copy.copy(x).id;
      }
      return std::vector<expr>{copy[node]};
    });
  }
  bool at_fault() const try {
    const live_program q = part();
    values in;
    for (std::size_t i = 0; i < given.size(); i++)
      if (given[i]) in.push_back(all[i]);
    return !(distance(q.reference(in), q.interpreted(in), magnitude) <= tolerance);
  } catch (const error&) { return true; }
  /// The smallest program found, or the whole one.
  std::string found() {
    for (node = 0; node < p.source().size(); node++)
      if (!given[static_cast<std::size_t>(node)] && at_fault()) {
        for (int i = node; i-- > 0;)
          if (const auto k = static_cast<std::size_t>(i); !given[k]) {
            given[k] = true;
            given[k] = at_fault();
          }
        return shown(part());
      }
    return shown(p);
  }
};

/// Legal before and after the passes; the same by both policies, from and into memory of any layout, on any number of
/// threads. Empty, or what is wrong.
std::string verdict_on(const live_program& p, const values& in, double magnitude, dice roll) try {
  for (const ir::graph_view g : {p.source(), p.lowered()})
    if (const ir::message m = ir::verify(g); !m.empty()) return "illegal: " + std::string(m.view());
  const values want = p.reference(in), got = p.interpreted(in);
  if (const double d = distance(want, got, magnitude); !(d <= tolerance::policies))
    return "reference and interpreted differ by " + std::to_string(d / 1e-12) + "e-12";
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
  const values again = p.run(policy::interpreted, precision::twice, given, place);
  if (const double d = distance(want, again, magnitude); !(d <= tolerance::policies))
    return "strided memory gives a difference of " + std::to_string(d / 1e-12) + "e-12";
  const values rounded = as(precision::single, in);
  if (const double d =
          distance(p.reference(rounded, precision::single), p.interpreted(rounded, precision::single), magnitude);
      !(d <= tolerance::policies_single))
    return "in float32, reference and interpreted differ by " + std::to_string(d / 1e-6) + "e-6";
  const int threads = weft::threads();
  set_threads(3);
  const values threaded = p.interpreted(in);
  set_threads(threads);
  if (distance(got, threaded) != 0) return "another number of threads gives other bits";
  return "";
} catch (const error& e) { return std::string("throws: ") + e.what(); }

/// Whether <a, u> = <b, t>, as far as the magnitudes allow.
bool symmetric(const values& a, const values& u, const values& b, const values& t, double magnitude) {
  double one = 0, other = 0, size = magnitude;
  for (std::size_t k = 0; k < a.size(); k++) one += dot(a[k], u[k], size);
  for (std::size_t k = 0; k < b.size(); k++) other += dot(b[k], t[k], size);
  return std::isnan(one) || std::isnan(other) || std::abs(one - other) <= 1e-10 * size;
}

/// Which ops the programs were made of, and how many of their results were numbers.
struct covered {
  std::vector<std::pair<const ir::op_def*, int>> ops;
  long nodes = 0, results = 0, not_finite = 0;
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

std::string verdict_on(std::uint64_t seed, covered& seen) {
  const trial w(seed);
  const dice roll{seed, 5000};
  const auto blame = [&](const live_program& p, const std::string& what, double magnitude = 1) {
    return what.empty() ? what
                        : "seed " + std::to_string(seed) + ", a=" + std::to_string(w.p.extent_a) +
                              ", b=" + std::to_string(w.p.extent_b) + ": " + what + "\n" +
                              culprit(p, w.inputs(p.source().inputs.size() > static_cast<int>(w.inputs(false).size())),
                                      magnitude)
                                  .found();
  };
  const live_program plain = w.plain();
  if (const auto bad =
          blame(plain, verdict_on(plain, w.inputs(false), summed_magnitude(plain, w.inputs(false)), roll), 10);
      !bad.empty())
    return "value, " + bad;
  const live_program first = w.first();
  const double size = summed_magnitude(first, w.inputs(true));
  if (const auto bad = blame(first, verdict_on(first, w.inputs(true), size, roll), size); !bad.empty())
    return "first derivative, " + bad;
  const values d = first.interpreted(w.inputs(true));
  const value one(tensor<double>(1.0));
  seen.add(first, d);
  if (!symmetric({d[0]}, {one}, values(d.begin() + 1, d.end()), w.t, size))
    return "<gradient, t> is not the tangent, " + blame(first, "J");
  if (w.p.large()) return ""; // the reference would take its time
  const live_program second = w.second();
  const double larger = summed_magnitude(second, w.inputs(true));
  if (const auto bad = blame(second, verdict_on(second, w.inputs(true), larger, roll), larger); !bad.empty())
    return "second derivative, " + bad;
  const values h = second.interpreted(w.inputs(true));
  seen.add(second, h);
  const auto half = h.begin() + static_cast<long>(h.size() / 2);
  if (!symmetric(values(h.begin(), half), w.u, values(half, h.end()), w.t, larger))
    return "<u, H t> is not <t, H u>, " + blame(second, "H");
  return "";
}
} // namespace

/// WEFT_RANDOM_PROGRAMS=first:count tries others than the usual ones.
BOOST_AUTO_TEST_CASE(random_programs_agree) {
  covered seen;
  unsigned long first = 0, count = 500;
  if (const char* wish = std::getenv("WEFT_RANDOM_PROGRAMS")) std::sscanf(wish, "%lu:%lu", &first, &count);
  unsigned long failures = 0, programs = 0;
  for (unsigned long seed = first; seed < first + count && failures < 3; seed++) {
    std::string bad;
    try {
      bad = verdict_on(seed, seen);
    } catch (const error& e) { bad = "seed " + std::to_string(seed) + " throws: " + e.what(); }
    BOOST_TEST(bad.empty(), bad);
    failures += !bad.empty(), programs++;
  }
  std::printf("%lu random programs, %ld nodes; results that are not finite: %.2f%%\n", programs, seen.nodes,
              100. * static_cast<double>(seen.not_finite) / static_cast<double>(seen.results));
  BOOST_TEST(seen.not_finite * 10 < seen.results); // or the comparisons would mean little
  if (count >= 500)
    hana::for_each(ops::all, [&](auto op) {
      using Op = decltype(op);
      BOOST_TEST(seen.count(ir::op<Op>) > 0, Op::name << " does not occur in any program");
    });
}

/// Small programs that random ones have shown to be wrong once.
BOOST_AUTO_TEST_CASE(programs_that_were_once_wrong) {
  using namespace random_axes;
  const auto right = [](const char* what, auto f, const std::vector<axes>& ax, long extent_a, long extent_b) {
    const live_program p([&](ir::builder& builder) {
      std::vector<expr> x;
      for (const axes& one : ax) x.push_back(ir::input(builder, one, real, "x"));
      return std::vector<expr>(f(x));
    });
    values in;
    for (std::size_t k = 0; k < ax.size(); k++) {
      std::vector<long> extents;
      for (axis_ref one : ax[k])
        extents.push_back(one->extent != unbound ? one->extent : same(one, a) ? extent_a : extent_b);
      value v(real, precision::twice, ax[k], extents);
      for (long e = 0; e < v.size(); e++) v.set(e, uniform_at(k, static_cast<std::uint64_t>(e)) - 0.5);
      in.push_back(v);
    }
    for (std::uint64_t seed = 0; seed < 30; seed++) { // other layouts of arguments and results
      const std::string bad = verdict_on(p, in, 10, {seed, 0});
      BOOST_TEST(bad.empty(), what << ": " << bad << "\n" << shown(p));
    }
  };
  using v = const std::vector<expr>&;
  using w = std::vector<expr>;
  right(
      "a product whose columns lie in another order in the result", [](v x) { return w{contract(x[0], x[1], e)}; },
      {{e}, {b, c, e, a}}, 7, 9);
  right(
      "a product of a repeated operand", [](v x) { return w{contract(broadcast(sum(x[0], a), {d, e}), x[1], e)}; },
      {{a}, {e, a}}, 4, 5);
  right(
      "products with nothing in them",
      [](v x) { return w{contract(x[0], x[1], b), contract(x[0], x[1], axes{}), contract(x[1], x[0], c)}; },
      {{a, b, c}, {b, c, e}}, 4, 0);
  right(
      "a reduction along lanes that are none",
      [](v x) {
        const expr s = sum(where(x[0] > 0, x[0], x[1]), b);
        return w{where(x[1] > 0, s * at(x[1]), 0.0)};
      },
      {{c, d, b}, {c, d}}, 4, 0);
  right(
      "a value written over one that a later phase reads",
      [](v x) {
        const expr y = contract(x[0], x[1], e), z = tanh(y), largest = where(y == at(max(y, a)), y, 0.0);
        return w{contract(z, x[2], a), sum(largest, a)};
      },
      {{c, e}, {e, a}, {a, d}}, 17, 5);
  right(
      "a gradient that reaches nothing but a renamed axis",
      [](v x) { return w{grad([](expr y) { return sum(rename(y, a, prime(a)), {prime(a), c}); })(x[0])}; }, {{c, a}}, 5,
      5);
  right(
      "a product of products, one of which sums what the other matches",
      [](v x) { return w{contract(contract(x[0], x[1], d), contract(x[2], x[3], c), b)}; },
      {{c, a, d}, {c, b, d}, {c, b}, {c, e}}, 7, 9);
  right(
      "random numbers for many axes",
      [](v x) { return w{x[0] * at(uniform(ir::attach(*x[0].g, expr(7)), x[0].ax()))}; }, {{a, b, c, d, e, one}}, 2, 2);
}
