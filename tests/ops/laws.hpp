// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <support/samples.hpp>
#include <support/tolerances.hpp>

#include <array>
#include <cstdio>

/// What must hold for every op, as functions of a row of samples.
namespace support {

namespace law {
enum { tangent, adjoint, second, symmetric, linear, batch, single, range, policies, count };
}
inline constexpr std::array<const char*, law::count> law_names{
    "jvp = differences", "<c,Jt> = <J'c,t>", "second = differences",   "hessian symmetric", "linear", "axes",
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
inline cell within_ulps(double error, double tolerance) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2g ulp", error);
  return {error <= tolerance, text};
}
inline cell spared(std::string_view why) { return {true, "- " + std::string(why)}; }
/// What an op's file says instead of giving a derivative; empty if it says nothing.
template <class Op> constexpr std::string_view says_no_derivative() {
  if constexpr (requires { Op::no_derivative; }) return Op::no_derivative;
  else return {};
}

/// The largest difference in units in the last place of float: of each result itself, or of the largest of them.
inline double ulps(const values& single, const values& twice, bool each) {
  double worst = 0;
  for (std::size_t k = 0; k < single.size(); k++) {
    const double largest = std::max(twice[k].largest(), 1.);
    for (long e = 0; e < twice[k].size(); e++) {
      const double have = single[k][e], want = twice[k][e];
      if (have == want || (std::isnan(have) && std::isnan(want))) continue;
      const double size = std::max(each ? std::abs(want) : largest, 0x1p-126);
      worst = std::max(worst, std::abs(have - want) / std::ldexp(1., std::ilogb(size) - 23));
    }
  }
  return worst;
}

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

/// The only node of a row's program that is no input; nothing if there are more.
inline const ir::node* only_op(const live_program& p) {
  const ir::node* found = nullptr;
  for (const ir::node& x : p.source().nodes)
    if (x.op->how != ir::form::input) {
      if (found) return nullptr;
      found = &x;
    }
  return found;
}

/// f(2 x + 3 t) = 2 f(x) + 3 f(t), for what states a transpose.
inline cell linear_law(const row& r, const trial& w) {
  if (!r.op->is(ir::trait::linear)) return spared("states no transpose");
  const live_program p = w.plain();
  const ir::node* x = only_op(p);
  if (!x) return spared("more than this op");
  if (x->k != real) return spared("no real result");
  values moved = w.x, both = w.x;
  for (std::size_t k = 0, next = 0; k < w.x.size(); k++)
    if (r.in[k].k == real) {
      moved[k] = w.t[next++];
      for (long e = 0; e < both[k].size(); e++) both[k].set(e, 2 * w.x[k][e] + 3 * moved[k][e]);
    }
  const value got = p.interpreted(both)[0], at_x = p.interpreted(w.x)[0], at_t = p.interpreted(moved)[0];
  value want = got;
  for (long e = 0; e < want.size(); e++) want.set(e, 2 * at_x[e] + 3 * at_t[e]);
  return within(distance(got, want), tolerance::adjoint);
}

inline constexpr axis<"copy", 2> copy;
/// The part of v at a place of the axis `copy`.
inline value part(const value& v, long place) {
  tensor_ref from = v.ref();
  const int p = from.ax.find(copy);
  from.data = static_cast<char*>(from.data) + place * from.stride[p] * static_cast<long>(size_of(from.type));
  for (int i = p; i + 1 < from.ax.n; i++) from.extent[i] = from.extent[i + 1], from.stride[i] = from.stride[i + 1];
  from.ax = from.ax.without(axis_ref(copy));
  value r(from.type == dtype::boolean ? boolean
          : v.is_real()               ? real
                                      : integer,
          from.type == dtype::float32 ? precision::single : precision::twice, from.ax,
          std::vector<long>(from.extent, from.extent + from.ax.n));
  copy_to(from, r.ref());
  return r;
}
/// The axes are those that the form gives, and one that the op is not about is carried along: two problems in one
/// tensor have the results of each.
inline cell axes_law(const row& r, const trial& w) {
  const live_program p = w.plain();
  const ir::node* x = only_op(p);
  if (!x) return spared("more than this op");
  std::vector<ir::operand> in;
  for (int j = 0; j < x->count; j++) in.push_back({p.source()[p.source().in(*x, j)].ax});
  const auto expected = [&] {
    if (x->op->how == ir::form::map) return ir::matched(in.data(), x->count).out;
    if (x->op->how == ir::form::reduce) return ir::reduced(in.data(), x->count, x->at).out;
    return x->ax;
  }();
  if (!(x->ax == expected)) return {false, "has other axes than its form gives"};
  row doubled = r;
  for (domain& d : doubled.in) {
    if (d.k != real && w.moving_count() > 0) continue; // ids and conditions choose alike in both
    axes wider(copy);
    for (axis_ref a : d.ax) wider.add(a);
    d.ax = wider;
  }
  const trial two(doubled);
  try {
    const value both = two.plain().interpreted(two.x)[0];
    if (!both.ax().has(copy)) return {false, "drops an axis that it is not about"};
    for (long place : {0, 1}) {
      values one;
      for (const value& v : two.x) one.push_back(v.ax().has(copy) ? part(v, place) : v);
      if (const double d = distance(p.interpreted(one)[0], part(both, place)); !(d <= tolerance::policies))
        return within(d, tolerance::policies);
    }
  } catch (const error& e) { return {false, e.what()}; }
  return {true, "holds"};
}

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
          if (y[e] < range.lo || y[e] > range.hi || (std::isnan(y[e]) && !range.nan))
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
  return bounded ? cell{true, "holds"} : spared("declares none");
}

inline verdicts laws_of(const row& r, std::string_view no_derivative = {}) {
  verdicts v;
  trial w(r);
  const live_program plain = w.plain();
  const ir::node result = plain.source()[plain.source().outputs[0]];
  w.c = {drawn({result.ax, real, -1, 1}, 300)};
  const values y = plain.interpreted(w.x);
  double apart = distance(plain.reference(w.x), y);
  values rounded = as(precision::twice, as(precision::single, w.x));
  double rounding = ulps(plain.interpreted(as(precision::single, rounded), precision::single),
                         plain.interpreted(rounded), r.op->how == ir::form::map && only_op(plain));
  v[law::range] = range_law(r, w);
  v[law::linear] = linear_law(r, w);
  v[law::batch] = axes_law(r, w);
  const std::string_view why = result.k != real        ? "no real result"
                               : w.moving_count() == 0 ? "no real operand"
                                                       : no_derivative;
  double slopes = 0; // the rounding of derivatives
  if (!why.empty()) {
    for (int k : {law::tangent, law::adjoint, law::second, law::symmetric}) v[k] = spared(why);
    if (result.k == real && w.moving_count() > 0) { // one by definition: 0, or straight through
      const values d = w.first(result.ax).interpreted(w.joined(w.x, w.t));
      bool zero = true;
      for (std::size_t k = 1; k < d.size(); k++) zero = zero && d[k].largest() == 0;
      if (!zero && distance({d[1], d[2]}, {w.t[0], w.c[0]}) != 0)
        v[law::tangent] = {false, "a derivative that is neither 0 nor 1"};
    }
  } else if (!r.op->vjp || !r.op->jvp) {
    v[law::tangent] = {false, "has no derivative, and its file does not say why: no_derivative"};
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
      slopes = std::max(
          slopes, ulps(p->interpreted(as(precision::single, near), precision::single), p->interpreted(near), false));
  }
  v[law::policies] = within(apart, tolerance::policies);
  v[law::single] = within_ulps(rounding, r.op->how == ir::form::map ? tolerance::ulps : tolerance::ulps_of_sums);
  if (slopes > tolerance::ulps_of_sums) v[law::single] = within_ulps(slopes, tolerance::ulps_of_sums);
  return v;
}

inline void print_heading() {
  std::printf("%-16s %-16s", "op", "operands");
  for (const char* name : law_names) std::printf(" | %-24s", name);
  std::printf("\n");
}
inline void print(const row& r, const verdicts& v) {
  std::string operands;
  for (const domain& d : r.in) {
    operands += d.k == real ? "[" : d.k == integer ? "i[" : "b[";
    for (axis_ref a : d.ax) operands += std::string(a->name.substr(0, 1));
    operands += "] ";
  }
  std::printf("%-16.*s %-16s", static_cast<int>(r.op->name.size()), r.op->name.data(), operands.c_str());
  for (const cell& c : v) std::printf(" | %s%-*s", c.kept ? "" : "BROKEN ", c.kept ? 24 : 17, c.text.c_str());
  std::printf("\n");
}
} // namespace support
