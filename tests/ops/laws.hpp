// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <support/samples.hpp>
#include <support/tolerances.hpp>

#include <array>
#include <cstdio>

/// What must hold for every op, as functions of a row of samples.
namespace support {

namespace law {
enum { tangent, adjoint, second, symmetric, single, range, policies, count };
}
inline constexpr std::array<const char*, law::count> law_names{
    "jvp = differences", "<c,Jt> = <J'c,t>", "second = differences",   "hessian symmetric",
    "float = double",    "range holds",      "reference = interpreted"};
struct cell {
  bool kept = false;
  std::string text; ///< the error found, or why there is nothing to check
};
using verdicts = std::array<cell, law::count>;

inline cell within(double error, double tolerance) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0e", error);
  return {error <= tolerance, text};
}
inline cell spared(const char* why) { return {true, std::string("- ") + why}; }

/// The programs that the laws are about: the op, its first derivatives, its second ones.
class trial {
  const row& r_;
  std::vector<std::size_t> moving_; ///< the real operands

  std::vector<expr> inputs(ir::builder& b, const std::vector<domain>& d, std::string_view label) const {
    std::vector<expr> x;
    for (const domain& one : d) x.push_back(ir::input(b, one.ax, one.k, label));
    return x;
  }
  std::vector<domain> moving_domains() const {
    std::vector<domain> d;
    for (std::size_t k : moving_) d.push_back({r_.in[k].ax});
    return d;
  }
  /// The op as a function of its real operands alone.
  auto function(const std::vector<expr>& all) const {
    return [this, all](const std::vector<expr>& x) {
      std::vector<expr> full = all;
      for (std::size_t k = 0; k < moving_.size(); k++) full[moving_[k]] = x[k];
      return r_.f(full);
    };
  }
  std::vector<expr> moving(const std::vector<expr>& all) const {
    std::vector<expr> x;
    for (std::size_t k : moving_) x.push_back(all[k]);
    return x;
  }

public:
  values x, t, u, c;

  explicit trial(const row& r, std::uint64_t seed = 1) : r_(r) {
    for (std::size_t k = 0; k < r.in.size(); k++) {
      x.push_back(drawn(r.in[k], seed + k));
      if (r.in[k].k == real) moving_.push_back(k);
    }
    for (std::size_t k : moving_)
      t.push_back(drawn({r.in[k].ax, real, -1, 1}, seed + 100 + k)),
          u.push_back(drawn({r.in[k].ax, real, -1, 1}, seed + 200 + k));
  }
  live_program plain() const {
    return live_program([&](ir::builder& b) { return std::vector<expr>{r_.f(inputs(b, r_.in, "x"))}; });
  }
  /// (x, t, c) -> y, J t, J' c...
  live_program first(const axes& result) const {
    return live_program([&](ir::builder& b) {
      const auto all = inputs(b, r_.in, "x"), t = inputs(b, moving_domains(), "t");
      const expr c = ir::input(b, result, real, "c");
      const auto forwards = jvp(function(all))(moving(all), t);
      const auto backwards = vjp(function(all))(moving(all), c);
      std::vector<expr> out{forwards.value, forwards.tangent};
      out.insert(out.end(), backwards.cotangents.begin(), backwards.cotangents.end());
      return out;
    });
  }
  /// (x, t, c) -> H t... where H is the Hessian of <c, y>: forward over reverse, then reverse over forward.
  live_program second(const axes& result) const {
    return live_program([&](ir::builder& b) {
      const auto all = inputs(b, r_.in, "x"), t = inputs(b, moving_domains(), "t");
      const expr c = ir::input(b, result, real, "c");
      const auto gradient = [&](const std::vector<expr>& x) { return vjp(function(all))(x, c).cotangents; };
      const auto slope = [&](const std::vector<expr>& x) {
        return sum(c * at(jvp(function(all))(x, t).tangent), result);
      };
      std::vector<expr> out = jvp(gradient)(moving(all), t).tangent;
      const auto other = grad(slope)(moving(all));
      out.insert(out.end(), other.begin(), other.end());
      return out;
    });
  }
  values joined(const values& x, const values& t) const {
    values all = x;
    all.insert(all.end(), t.begin(), t.end());
    all.push_back(c[0]);
    return all;
  }
  values moved_to(double h) const {
    values all = x;
    for (std::size_t k = 0; k < moving_.size(); k++) all[moving_[k]] = moved_by(x[moving_[k]], h, t[k]);
    return all;
  }
  std::size_t moving_count() const { return moving_.size(); }
};

/// Fourth-order central differences of f along h, at 0.
template <class F> values differences(F f) {
  const double h = tolerance::step;
  const values a = f(-2 * h), b = f(-h), c = f(h), d = f(2 * h);
  values r = a;
  for (std::size_t k = 0; k < r.size(); k++)
    for (long e = 0; e < r[k].size(); e++) r[k].set(e, (8 * (c[k][e] - b[k][e]) - (d[k][e] - a[k][e])) / (12 * h));
  return r;
}

/// Whether results lie in what the op declares, on the sample and, if it is elementwise, in boxes that reach infinity.
inline cell range_law(const row& r, const trial& at_sample) {
  const auto violation = [&](const values& in, const std::vector<ir::interval>& boxes, bool& bounded) {
    const live_program p = at_sample.plain();
    int own = -1;
    for (int k = 0; k < p.source().size(); k++)
      if (p.source()[k].op == r.op) own = k;
    const ir::interval range = r.op->range(boxes.data(), p.source()[own].at);
    bounded = bounded || range.lo != -infinity || range.hi != infinity;
    if (std::isnan(range.lo) || std::isnan(range.hi)) return std::string("a bound is NaN");
    for (policy how : {policy::reference, policy::interpreted})
      for (const value& y : p.run(how, precision::twice, in))
        for (long e = 0; e < y.size(); e++)
          if (y[e] < range.lo || y[e] > range.hi)
            return std::to_string(y[e]) + " is not in [" + std::to_string(range.lo) + ", " + std::to_string(range.hi) +
                   "] from [" + std::to_string(boxes[0].lo) + ", " + std::to_string(boxes[0].hi) + "]";
    return std::string();
  };
  bool bounded = false;
  std::vector<ir::interval> hull;
  for (const value& v : at_sample.x) {
    ir::interval box{infinity, -infinity};
    for (long e = 0; e < v.size(); e++) box = {std::min(box.lo, v[e]), std::max(box.hi, v[e])};
    hull.push_back(box);
  }
  if (const auto bad = violation(at_sample.x, hull, bounded); !bad.empty()) return {false, bad};
  const std::vector<double> ends{-infinity, -3, -1, -0.5, 0, 0.5, 1, 3, infinity};
  for (std::uint64_t seed = 0; r.op->how == ir::form::map && seed < 60; seed++) {
    values in = at_sample.x;
    std::vector<ir::interval> boxes(in.size());
    for (std::size_t k = 0; k < in.size(); k++) {
      std::size_t lo = integer_at(seed, 2 * k, ends.size()), hi = integer_at(seed, 2 * k + 1, ends.size());
      if (lo > hi) std::swap(lo, hi);
      boxes[k] = {ends[lo], ends[hi]};
      if (r.in[k].k == boolean) boxes[k] = {double(lo > 6), double(hi > 2)};
      if (r.in[k].k == integer) boxes[k] = {std::floor(std::max(ends[lo], -5.)), std::floor(std::min(ends[hi], 5.))};
      if (boxes[k].lo > boxes[k].hi) boxes[k].hi = boxes[k].lo;
      for (long e = 0; e < in[k].size(); e++) {
        const double w = uniform_at(1000 + seed, static_cast<std::uint64_t>(e)), lowest = std::max(boxes[k].lo, -9.),
                     highest = std::min(boxes[k].hi, 9.);
        const double inner = std::clamp(lowest + w * (highest - lowest), boxes[k].lo, boxes[k].hi);
        in[k].set(e, e % 5 == 0          ? boxes[k].lo
                     : e % 5 == 1        ? boxes[k].hi
                     : r.in[k].k == real ? inner
                                         : std::floor(inner));
      }
    }
    if (const auto bad = violation(in, boxes, bounded); !bad.empty()) return {false, bad};
  }
  if (bounded && *r.no_range) return {false, "declares a range, though the row says: " + std::string(r.no_range)};
  if (!bounded && !*r.no_range) return {false, "declares no range, and the row does not say why"};
  return bounded ? cell{true, "holds"} : spared(r.no_range);
}

inline verdicts laws_of(const row& r) {
  verdicts v;
  trial w(r);
  const live_program plain = w.plain();
  const ir::node result = plain.source()[plain.source().outputs[0]];
  w.c = {drawn({result.ax, real, -1, 1}, 300)};
  const values y = plain.interpreted(w.x);
  double apart = distance(plain.reference(w.x), y);
  values rounded = as(precision::twice, as(precision::single, w.x));
  double rounding = distance(as(precision::twice, plain.interpreted(as(precision::single, rounded), precision::single)),
                             plain.interpreted(rounded));
  v[law::range] = range_law(r, w);
  const bool differentiable = result.k == real && w.moving_count() > 0;
  if (!differentiable || *r.no_derivative) {
    // still no way out: what has no derivative says so, what stops one gives zeros, what is straight-through passes it
    // on
    for (int k : {law::tangent, law::adjoint, law::second, law::symmetric})
      v[k] = spared(*r.no_derivative ? r.no_derivative : "no reason given");
    if (!*r.no_derivative) v[law::tangent].kept = false;
    if (differentiable) {
      const values d = w.first(result.ax).interpreted(w.joined(w.x, w.t));
      if (r.no_derivative == reason::straight) {
        if (distance({d[1], d[2]}, {w.t[0], w.c[0]}) != 0) v[law::tangent] = {false, "a derivative that is not 1"};
      } else
        for (std::size_t k = 1; k < d.size(); k++)
          if (d[k].largest() != 0) v[law::tangent] = {false, "a derivative that is not 0"};
    } else if (r.op->vjp && r.op->rule != ir::kinds::same && r.op->rule != ir::kinds::select &&
               r.op->rule != ir::kinds::keep && r.op->rule != ir::kinds::reals)
      v[law::tangent] = {false, "has a derivative rule that nothing can reach"};
  } else {
    const live_program first = w.first(result.ax), second = w.second(result.ax);
    const values in = w.joined(w.x, w.t), d = first.interpreted(in), h = second.interpreted(in);
    const auto moving = w.moving_count();
    v[law::tangent] = within(distance({d[1]}, differences([&](double s) { return plain.interpreted(w.moved_to(s)); })),
                             tolerance::differences);
    double magnitude = 1, forwards = dot(w.c[0], d[1], magnitude), backwards = 0;
    for (std::size_t k = 0; k < moving; k++) backwards += dot(d[2 + k], w.t[k], magnitude);
    v[law::adjoint] = within(std::abs(forwards - backwards) / magnitude, tolerance::adjoint);
    const auto gradient_at = [&](double s) {
      const values all = first.interpreted(w.joined(w.moved_to(s), w.t));
      return values(all.begin() + 2, all.end());
    };
    const values want = differences(gradient_at), over_reverse(h.begin(), h.begin() + static_cast<long>(moving)),
                 over_forward(h.begin() + static_cast<long>(moving), h.end());
    v[law::second] =
        within(std::max(distance(over_reverse, want), distance(over_forward, want)), tolerance::differences);
    double size = 1, one = 0, other = 0; // <u, H t> = <t, H u>, and both ways to H agree
    const values hu = second.interpreted(w.joined(w.x, w.u));
    for (std::size_t k = 0; k < moving; k++) one += dot(w.u[k], h[k], size), other += dot(w.t[k], hu[k], size);
    v[law::symmetric] =
        within(std::max(std::abs(one - other) / size, distance(over_reverse, over_forward)), tolerance::adjoint);
    apart = std::max({apart, distance(first.reference(in), d), distance(second.reference(in), h)});
    const values near = as(precision::twice, as(precision::single, in));
    for (const live_program* p : {&first, &second})
      rounding = std::max(rounding,
                          distance(as(precision::twice, p->interpreted(as(precision::single, near), precision::single)),
                                   p->interpreted(near)));
  }
  v[law::policies] = within(apart, tolerance::policies);
  v[law::single] = within(rounding, tolerance::single);
  return v;
}

inline void print_heading() {
  std::printf("%-14s %-16s", "op", "operands");
  for (const char* name : law_names) std::printf(" | %-22s", name);
  std::printf("\n");
}
inline void print(const row& r, const verdicts& v) {
  std::string operands;
  for (const domain& d : r.in) {
    operands += d.k == real ? "[" : d.k == integer ? "int[" : "bool[";
    for (axis_ref a : d.ax) operands += std::string(a->name.substr(0, 1));
    operands += "] ";
  }
  std::printf("%-14.*s %-16s", static_cast<int>(r.op->name.size()), r.op->name.data(), operands.c_str());
  for (const cell& c : v) std::printf(" | %s%-*s", c.kept ? "" : "BROKEN ", c.kept ? 22 : 15, c.text.c_str());
  std::printf("\n");
}
} // namespace support
