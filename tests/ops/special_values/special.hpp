// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <support/samples.hpp>
#include <support/tolerances.hpp>

#include <boost/test/unit_test.hpp>

/// One special value: what an op makes of it, by both policies and in both precisions, and its derivatives.
namespace support::special_values {

inline constexpr double inf = infinity, undefined = std::numeric_limits<double>::quiet_NaN();
inline constexpr axis<"x"> x;       // as many places as a row has numbers
inline constexpr axis<"none"> none; // empty
inline constexpr axis<"row", 2> across;

inline const double ln2 = std::log(2.0), e = std::exp(1.0), softmax_of_one = e / (1 + e);

using numbers = std::vector<double>;
inline value filled(kind k, const axes& ax, const std::vector<long>& extents, const numbers& v) {
  value t(k, precision::twice, ax, extents);
  for (std::size_t i = 0; i < v.size(); i++) t.set(static_cast<long>(i), v[i]);
  return t;
}
inline value along_x(kind k, const numbers& v) { return filled(k, axes(x), {static_cast<long>(v.size())}, v); }
inline value reals(const numbers& v) { return along_x(real, v); }
inline value integers(const numbers& v) { return along_x(integer, v); }
inline value booleans(const numbers& v) { return along_x(boolean, v); }
inline value matrix(const axes& ax, const std::vector<long>& extents, const numbers& v) {
  return filled(real, ax, extents, v);
}
inline const value empty_rows = matrix({across, none}, {2, 0}, {});

template <class Op> const ir::op_def* of() { return ir::op<Op>; }
using v = const std::vector<expr>&;
using function = std::function<expr(v)>;
struct special {
  const ir::op_def* op; ///< null for composites
  const char* what;
  function f;
  values in;
  numbers want;
  std::vector<numbers> gradients = {}; ///< of the sum of the results, for each real operand; nothing: not looked at
  std::vector<numbers> second = {};    ///< the Hessian of that times ones
};

inline std::string listed(const numbers& v) {
  std::string s;
  for (double d : v) (s += ' ') += std::to_string(d);
  return s;
}
inline void compare(const special& s, const std::string& how, const value& got, const numbers& want, double tolerance) {
  BOOST_TEST(got.size() == static_cast<long>(want.size()), s.what << how << ": " << got.size() << " numbers");
  numbers have;
  bool right = got.size() == static_cast<long>(want.size());
  for (long i = 0; i < got.size(); i++) have.push_back(got[i]);
  for (std::size_t i = 0; i < want.size() && right; i++)
    right = have[i] == want[i] || (std::isnan(have[i]) && std::isnan(want[i])) ||
            std::abs(have[i] - want[i]) <= tolerance * std::max(1., std::abs(want[i]));
  BOOST_TEST(right, s.what << how << ": got" << listed(have) << ", not" << listed(want));
}

inline void check(const special& s) {
  std::vector<domain> d;
  for (const value& v : s.in)
    d.push_back({v.ax(), v.ref().type == dtype::boolean ? boolean : v.is_real() ? real : integer});
  const auto inputs = [&](ir::builder& b) {
    std::vector<expr> in;
    for (const domain& one : d) in.push_back(ir::input(b, one.ax, one.k, "x"));
    return in;
  };
  const auto moving = [&](const std::vector<expr>& in) {
    std::vector<expr> r;
    for (std::size_t k = 0; k < in.size(); k++)
      if (d[k].k == real) r.push_back(in[k]);
    return r;
  };
  const auto total = [&](const std::vector<expr>& all) {
    return [&, all](const std::vector<expr>& r) {
      std::vector<expr> full = all;
      std::size_t next = 0;
      for (std::size_t k = 0; k < full.size(); k++)
        if (d[k].k == real) full[k] = r[next++];
      const expr y = s.f(full);
      return y.ax().n ? sum(y, y.ax()) : y;
    };
  };
  const live_program value_of([&](ir::builder& b) { return std::vector<expr>{s.f(inputs(b))}; });
  for (const precision p : {precision::twice, precision::single})
    for (const policy how : {policy::reference, policy::interpreted}) {
      const std::string name = std::string(p == precision::twice ? ", float64" : ", float32") +
                               (how == policy::reference ? ", reference" : ", interpreted");
      const double tolerance = p == precision::twice ? tolerance::special_double : tolerance::special_single;
      const values in = as(p, s.in);
      compare(s, name, value_of.run(how, p, in)[0], s.want, tolerance);
      if (s.gradients.size()) {
        const live_program gradient([&](ir::builder& b) {
          const auto all = inputs(b);
          return grad(total(all))(moving(all));
        });
        const values g = gradient.run(how, p, in);
        BOOST_TEST(g.size() == s.gradients.size());
        for (std::size_t k = 0; k < g.size(); k++)
          compare(s, name + ", gradient " + std::to_string(k), g[k], s.gradients[k], tolerance);
      }
      if (s.second.size()) {
        const live_program hessian([&](ir::builder& b) {
          const auto all = inputs(b), m = moving(all);
          std::vector<expr> ones;
          for (const expr& e : m) ones.push_back(broadcast(at(ir::attach(b, expr(1.0))), e.ax()));
          return hvp(total(all))(m, ones);
        });
        const values h = hessian.run(how, p, in);
        for (std::size_t k = 0; k < h.size(); k++)
          compare(s, name + ", second derivative " + std::to_string(k), h[k], s.second[k], tolerance);
      }
    }
}
} // namespace support::special_values
