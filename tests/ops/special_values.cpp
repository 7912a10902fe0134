// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE special_values
#include <support/samples.hpp>
#include <support/tolerances.hpp>

#include <boost/hana/for_each.hpp>
#include <boost/test/unit_test.hpp>

#include <set>

/// The conventions that the ops' files state, row by row: ties, zeros, infinities, NaN, empty axes, rows masked whole.
using namespace support;

namespace {
constexpr double inf = infinity, nan = std::numeric_limits<double>::quiet_NaN();
constexpr axis<"x"> x;       // as many places as a row has numbers
constexpr axis<"none"> none; // empty
constexpr axis<"row", 2> across;

using numbers = std::vector<double>;
value reals(const numbers& v) {
  value t(real, precision::twice, axes(x), {static_cast<long>(v.size())});
  for (std::size_t i = 0; i < v.size(); i++) t.set(static_cast<long>(i), v[i]);
  return t;
}
value integers(const numbers& v) {
  value t(integer, precision::twice, axes(x), {static_cast<long>(v.size())});
  for (std::size_t i = 0; i < v.size(); i++) t.set(static_cast<long>(i), v[i]);
  return t;
}
value booleans(const numbers& v) {
  value t(boolean, precision::twice, axes(x), {static_cast<long>(v.size())});
  for (std::size_t i = 0; i < v.size(); i++) t.set(static_cast<long>(i), v[i]);
  return t;
}
value matrix(const axes& ax, const std::vector<long>& extents, const numbers& v) {
  value t(real, precision::twice, ax, extents);
  for (std::size_t i = 0; i < v.size(); i++) t.set(static_cast<long>(i), v[i]);
  return t;
}

using function = std::function<expr(const std::vector<expr>&)>;
struct special {
  const ir::op_def* op; ///< null for composites
  const char* what;
  function f;
  values in;
  numbers want;
  std::vector<numbers> gradients = {}; ///< of the sum of the results, for each real operand; nothing: not looked at
  std::vector<numbers> second = {};    ///< the Hessian of that times ones
};

std::string listed(const numbers& v) {
  std::string s;
  for (double d : v) s += " " + std::to_string(d);
  return s;
}
void compare(const special& s, const std::string& how, const value& got, const numbers& want, double tolerance) {
  BOOST_TEST(got.size() == static_cast<long>(want.size()), s.what << how << ": " << got.size() << " numbers");
  numbers have;
  bool right = got.size() == static_cast<long>(want.size());
  for (long i = 0; i < got.size(); i++) have.push_back(got[i]);
  for (std::size_t i = 0; i < want.size() && right; i++)
    right = have[i] == want[i] || (std::isnan(have[i]) && std::isnan(want[i])) ||
            std::abs(have[i] - want[i]) <= tolerance * std::max(1., std::abs(want[i]));
  BOOST_TEST(right, s.what << how << ": got" << listed(have) << ", not" << listed(want));
}

void check(const special& s) {
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

template <class Op> const ir::op_def* of() { return ir::op<Op>; }
using v = const std::vector<expr>&;
const value empty_rows = matrix({across, none}, {2, 0}, {});
const double e = std::exp(1.0), softmax_of_one = e / (1 + e);

/// One or more rows for each op: its own conventions.
std::vector<special> special_rows() {
  return {
      {of<add_op>(),
       "inf - inf is NaN",
       [](v a) { return a[0] + a[1]; },
       {reals({inf, inf, -inf, nan}), reals({1, -inf, -inf, 0})},
       {inf, nan, -inf, nan},
       {{1, 1, 1, 1}, {1, 1, 1, 1}}},
      {of<sub_op>(),
       "inf - inf is NaN",
       [](v a) { return a[0] - a[1]; },
       {reals({inf, inf, 0}), reals({1, inf, -inf})},
       {inf, nan, inf},
       {{1, 1, 1}, {-1, -1, -1}}},
      {of<mul_op>(),
       "0 inf is NaN",
       [](v a) { return a[0] * a[1]; },
       {reals({0, 2, -1}), reals({inf, inf, 0})},
       {nan, inf, 0},
       {{inf, inf, 0}, {0, 2, -1}}},
      {of<div_op>(),
       "0 / 0 is NaN, x / 0 infinite",
       [](v a) { return a[0] / a[1]; },
       {reals({0, 1, -1, 1}), reals({0, 0, 0, inf})},
       {nan, inf, -inf, 0},
       {{inf, inf, inf, 0}, {nan, -inf, inf, 0}}},
      {of<neg_op>(),
       "infinities",
       [](v a) { return -a[0]; },
       {reals({inf, -inf, nan})},
       {-inf, inf, nan},
       {{-1, -1, -1}}},
      {of<abs_op>(),
       "0 has derivative 0",
       [](v a) { return abs(a[0]); },
       {reals({0, -0.0, -inf, inf, nan, -2})},
       {0, 0, inf, inf, nan, 2},
       {{0, 0, -1, 1, 0, -1}},
       {{0, 0, 0, 0, 0, 0}}},
      {of<maximum_op>(),
       "a tie gives each half; NaN wins",
       [](v a) { return max(a[0], a[1]); },
       {reals({1, 1, nan, 1, -inf}), reals({1, 2, 1, nan, -inf})},
       {1, 2, nan, nan, -inf},
       {{.5, 0, 0, 0, .5}, {.5, 1, 0, 0, .5}}},
      {of<minimum_op>(),
       "a tie gives each half; NaN wins",
       [](v a) { return min(a[0], a[1]); },
       {reals({1, 1, nan, 1, inf}), reals({1, 2, 1, nan, inf})},
       {1, 1, nan, nan, inf},
       {{.5, 1, 0, 0, .5}, {.5, 0, 0, 0, .5}}},
      {of<less_op>(),
       "false with NaN",
       [](v a) { return a[0] < a[1]; },
       {reals({nan, 1, -inf, 0}), reals({1, nan, inf, -0.0})},
       {0, 0, 1, 0}},
      {of<less_equal_op>(),
       "false with NaN",
       [](v a) { return a[0] <= a[1]; },
       {reals({nan, 1, -inf, 0}), reals({1, nan, inf, -0.0})},
       {0, 0, 1, 1}},
      {of<greater_op>(),
       "false with NaN",
       [](v a) { return a[0] > a[1]; },
       {reals({nan, 1, inf, 0}), reals({1, nan, -inf, -0.0})},
       {0, 0, 1, 0}},
      {of<greater_equal_op>(),
       "false with NaN",
       [](v a) { return a[0] >= a[1]; },
       {reals({nan, 1, inf, 0}), reals({1, nan, inf, -0.0})},
       {0, 0, 1, 1}},
      {of<equal_op>(),
       "false with NaN, 0 is -0",
       [](v a) { return a[0] == a[1]; },
       {reals({nan, 1, inf, 0}), reals({nan, nan, inf, -0.0})},
       {0, 0, 1, 1}},
      {of<not_equal_op>(),
       "true with NaN",
       [](v a) { return a[0] != a[1]; },
       {reals({nan, 1, inf, 0}), reals({nan, nan, inf, -0.0})},
       {1, 1, 0, 0}},
      {of<less_op>(),
       "of large integers, exactly",
       [](v a) { return a[0] < a[1]; },
       {integers({16777216, 16777217, 16777217}), integers({16777217, 16777216, 16777217})},
       {1, 0, 0}},
      {of<logical_and_op>(),
       "truth table",
       [](v a) { return a[0] && a[1]; },
       {booleans({0, 0, 1, 1}), booleans({0, 1, 0, 1})},
       {0, 0, 0, 1}},
      {of<logical_or_op>(),
       "truth table",
       [](v a) { return a[0] || a[1]; },
       {booleans({0, 0, 1, 1}), booleans({0, 1, 0, 1})},
       {0, 1, 1, 1}},
      {of<logical_not_op>(), "truth table", [](v a) { return !a[0]; }, {booleans({0, 1})}, {1, 0}},
      {of<where_op>(),
       "nothing passes a mask",
       [](v a) { return where(a[0], a[1], a[2]); },
       {booleans({1, 0, 1, 0}), reals({1, nan, 2, inf}), reals({nan, 3, -inf, 4})},
       {1, 3, 2, 4},
       {{1, 0, 1, 0}, {0, 1, 0, 1}},
       {{0, 0, 0, 0}, {0, 0, 0, 0}}},
      {nullptr,
       "where before a function with an infinite derivative",
       [](v a) { return where(a[0], sqrt(where(a[0], a[1], 1.0)), 0.0); },
       {booleans({1, 0}), reals({4, 0})},
       {2, 0},
       {{.25, 0}},
       {{-1. / 32, 0}}},
      {of<exp_op>(),
       "infinities",
       [](v a) { return exp(a[0]); },
       {reals({-inf, inf, nan, 0, 1000, -1000})},
       {0, inf, nan, 1, inf, 0},
       {{0, inf, nan, 1, inf, 0}},
       {{0, inf, nan, 1, inf, 0}}},
      {of<log_op>(),
       "log 0 = -inf, of a negative number NaN",
       [](v a) { return log(a[0]); },
       {reals({0, -1, inf, 1, nan})},
       {-inf, nan, inf, 0, nan},
       {{inf, -1, 0, 1, nan}}},
      {of<tanh_op>(),
       "saturates",
       [](v a) { return tanh(a[0]); },
       {reals({-inf, inf, 0, 50, nan})},
       {-1, 1, 0, 1, nan},
       {{0, 0, 1, 0, nan}},
       {{0, 0, 0, 0, nan}}},
      {of<erf_op>(),
       "saturates",
       [](v a) { return erf(a[0]); },
       {reals({-inf, inf, 0, 9, nan})},
       {-1, 1, 0, 1, nan},
       {{0, 0, 2 / std::sqrt(M_PI), 0, nan}}},
      {of<sqrt_op>(),
       "sqrt 0 = 0 with an infinite derivative, of a negative number NaN",
       [](v a) { return sqrt(a[0]); },
       {reals({0, -1, inf, 4, nan})},
       {0, nan, inf, 2, nan},
       {{inf, nan, 0, .25, nan}}},
      {of<rsqrt_op>(),
       "rsqrt 0 = inf",
       [](v a) { return rsqrt(a[0]); },
       {reals({0, -1, inf, 4, nan})},
       {inf, nan, 0, .5, nan},
       {{-inf, nan, 0, -1. / 16, nan}}},
      {of<guarded_op>(),
       "-inf becomes inf",
       [](v a) { return guarded(a[0]); },
       {reals({-inf, inf, 2, nan})},
       {inf, inf, 2, nan},
       {{1, 1, 1, 1}},
       {{0, 0, 0, 0}}},
      {of<sum_op>(), "of nothing 0", [](v a) { return sum(a[0], none); }, {empty_rows}, {0, 0}, {{}}, {{}}},
      {of<sum_op>(),
       "infinities",
       [](v a) { return sum(a[0], x); },
       {matrix({across, x}, {2, 2}, {inf, 1, inf, -inf})},
       {inf, nan},
       {{1, 1, 1, 1}}},
      {of<max_op>(), "of nothing -inf", [](v a) { return max(a[0], none); }, {empty_rows}, {-inf, -inf}, {{}}, {{}}},
      {of<max_op>(),
       "ties share equally",
       [](v a) { return max(a[0], x); },
       {matrix({across, x}, {2, 4}, {1, 3, 3, 2, -inf, -inf, -inf, -inf})},
       {3, -inf},
       {{0, .5, .5, 0, .25, .25, .25, .25}},
       {{0, 0, 0, 0, 0, 0, 0, 0}}},
      {of<max_op>(),
       "NaN if any is",
       [](v a) { return max(a[0], x); },
       {matrix({across, x}, {2, 3}, {nan, 3, 1, 1, inf, nan})},
       {nan, nan}},
      {of<max_op>(), "of integers", [](v a) { return max(a[0], x); }, {integers({-7, -3, -9})}, {-3}},
      {of<logsumexp_op>(),
       "of nothing -inf",
       [](v a) { return logsumexp(a[0], none); },
       {empty_rows},
       {-inf, -inf},
       {{}},
       {{}}},
      {of<logsumexp_op>(),
       "a row that is -inf throughout, and one that is in part",
       [](v a) { return logsumexp(a[0], x); },
       {matrix({across, x}, {2, 3}, {-inf, -inf, -inf, 1, -inf, 0})},
       {-inf, std::log(1 + e)},
       {{0, 0, 0, softmax_of_one, 0, 1 - softmax_of_one}},
       {{0, 0, 0, 0, 0, 0}}},
      {of<logsumexp_op>(),
       "large numbers do not overflow",
       [](v a) { return logsumexp(a[0], x); },
       {reals({1000, 1000, -1000})},
       {1000 + std::log(2.)}},
      {of<logsumexp_op>(), "NaN if any is", [](v a) { return logsumexp(a[0], x); }, {reals({0, nan, 1})}, {nan}},
      {nullptr,
       "softmax of a row masked whole is 0, and so are its derivatives",
       [](v a) { return softmax(where(a[0], a[1], -infinity), x); },
       {booleans({0, 0, 0}), reals({1, 2, 3})},
       {0, 0, 0},
       {{0, 0, 0}},
       {{0, 0, 0}}},
      {nullptr,
       "the square of one, too",
       [](v a) {
         const expr s = softmax(where(a[0], a[1], -infinity), x);
         return s * at(s);
       },
       {booleans({0, 0, 0}), reals({1, nan, inf})},
       {0, 0, 0},
       {{0, 0, 0}},
       {{0, 0, 0}}},
      {nullptr,
       "softmax of a row masked in part",
       [](v a) { return softmax(where(a[0], a[1], -infinity), x) * at(a[1]); },
       {booleans({1, 0, 1}), reals({1, 5, 0})},
       {softmax_of_one, 0, 0},
       {{softmax_of_one + softmax_of_one * (1 - softmax_of_one), 0,
         1 - softmax_of_one - softmax_of_one * (1 - softmax_of_one)}}},
      {nullptr,
       "the largest of what is not masked may be -inf",
       [](v a) { return softmax(a[0], x); },
       {reals({-inf, 7})},
       {0, 1},
       {{0, 0}},
       {{0, 0}}},
      {nullptr,
       "log_softmax of -inf",
       [](v a) { return log_softmax(a[0], x); },
       {reals({-inf, 0, 0})},
       {-inf, -std::log(2.), -std::log(2.)}},
      {nullptr, "the mean of nothing is NaN", [](v a) { return mean(a[0], none); }, {empty_rows}, {nan, nan}},
      {nullptr,
       "layer_norm of equal numbers is the bias",
       [](v a) { return layer_norm(a[0], x, 2.0, 0.5); },
       {reals({3, 3, 3})},
       {.5, .5, .5},
       {{0, 0, 0}}},
      {of<contract_op>(),
       "over nothing 0",
       [](v a) { return contract(a[0], a[1], none); },
       {empty_rows, matrix({none, x}, {0, 3}, {})},
       {0, 0, 0, 0, 0, 0},
       {{}, {}}},
      {of<contract_op>(),
       "with an empty result",
       [](v a) { return contract(a[0], a[1], across); },
       {empty_rows, matrix({across, x}, {2, 3}, {1, 2, 3, 4, 5, 6})},
       {},
       {{}, {0, 0, 0, 0, 0, 0}}},
      {of<contract_op>(),
       "infinities",
       [](v a) { return contract(a[0], a[1], x); },
       {reals({0, 1}), matrix({x, across}, {2, 2}, {inf, 1, 1, inf})},
       {nan, inf}},
      {of<rename_op>(),
       "of an empty axis",
       [](v a) { return rename(a[0], none, prime(none)); },
       {empty_rows},
       {},
       {{}}},
      {of<slice_op>(),
       "the end of an axis",
       [](v a) { return slice(a[0], x, 1, across); },
       {reals({1, nan, 3})},
       {nan, 3},
       {{0, 1, 1}}},
      {of<pad_op>(),
       "zeros, not numbers times zero",
       [](v a) { return pad(a[0], across, 1, j); },
       {matrix({across}, {2}, {nan, inf})},
       {0, nan, inf, 0},
       {{1, 1}}},
      {of<concat_op>(),
       "with an empty part",
       [](v a) { return concat(prime(x), along(a[0], none), along(a[1], x)); },
       {matrix({none}, {0}, {}), reals({nan, 2})},
       {nan, 2}},
      {of<gather_op>(),
       "one place more than once",
       [](v a) { return gather(a[0], a[1], entry); },
       {matrix({entry}, {6}, {0, inf, 2, 3, 4, nan}), integers({1, 5, 0, 1})},
       {inf, nan, 0, inf},
       {{1, 2, 0, 0, 0, 1}}},
      {of<scatter_add_op>(),
       "places that no id names are 0",
       [](v a) { return scatter_add(a[0], a[1], entry); },
       {reals({1, 2, 4, inf}), integers({3, 0, 3, 5})},
       {2, 0, 0, 5, 0, inf},
       {{1, 1, 1, 1}}},
      {of<stop_gradient_op>(),
       "0 even at infinity",
       [](v a) { return stop_gradient(a[0]) * at(a[0]); },
       {reals({2, inf})},
       {4, inf},
       {{2, inf}},
       {{0, 0}}},
  };
}
} // namespace

BOOST_AUTO_TEST_CASE(conventions_hold_row_by_row) {
  std::set<const ir::op_def*> seen;
  for (const special& s : special_rows()) {
    try {
      check(s);
    } catch (const error& problem) { BOOST_ERROR(s.what << ": " << problem.what()); }
    seen.insert(s.op);
  }
  hana::for_each(ops::all, [&](auto op) {
    using Op = decltype(op);
    if (Op::name != "random_bits" && Op::name != "unit_interval") // see below
      BOOST_TEST(seen.count(ir::op<Op>) == 1u, "no special values for " << Op::name);
  });
}

BOOST_AUTO_TEST_CASE(a_target_that_is_no_class_chooses_none) {
  const special s{
      nullptr,
      "cross_entropy",
      [](v a) { return cross_entropy(a[0], a[1], x); },
      {matrix({x, i}, {3, 3}, {0, 0, 0, 0, 0, 0, 0, 0, 0}), value(tensor<std::int64_t>::from({0, 5, -1}, i))},
      {std::log(3.), std::log(3.), std::log(3.)},
      {{1. / 3 - 1, 1. / 3, 1. / 3, 1. / 3, 1. / 3, 1. / 3, 1. / 3, 1. / 3, 1. / 3}}};
  check(s);
}

/// What is made of nothing does not move, forwards either.
BOOST_AUTO_TEST_CASE(reductions_of_nothing_have_tangent_0) {
  for (const auto f : {+[](const expr& a) { return sum(a, none); }, +[](const expr& a) { return max(a, none); },
                       +[](const expr& a) { return logsumexp(a, none); }}) {
    const live_program p([&](ir::builder& b) {
      const expr a = ir::input(b, {across, none}, real, "a");
      return std::vector<expr>{jvp(f)(a, a).tangent};
    });
    for (const policy how : {policy::reference, policy::interpreted})
      BOOST_TEST(p.run(how, precision::twice, {empty_rows})[0].largest() == 0);
  }
}

BOOST_AUTO_TEST_CASE(an_id_outside_its_axis_is_an_error) {
  for (const double id : {-1., 6.})
    for (const policy how : {policy::reference, policy::interpreted}) {
      const live_program p([](ir::builder& b) {
        const expr table = ir::input(b, entry, real, "table"), ids = ir::input(b, x, integer, "ids");
        return std::vector<expr>{gather(table, ids, entry)};
      });
      BOOST_CHECK_EXCEPTION(p.run(how, precision::twice, {matrix({entry}, {6}, {1, 2, 3, 4, 5, 6}), integers({0, id})}),
                            error, [&](const error& problem) {
                              return problem.what() == "gather: id " + std::to_string(static_cast<int>(id)) +
                                                           " is not on axis entry, which has 6 places from 0";
                            });
    }
}

/// A function of seed and place alone, whatever the precision and the policy.
BOOST_AUTO_TEST_CASE(random_numbers_are_the_same_everywhere) {
  const live_program with_n([&](ir::builder& b) {
    const expr seed = ir::input(b, {}, integer, "seed"), like = ir::input(b, n, real, "like");
    return std::vector<expr>{uniform(seed, {n, i}) + at(like), random_bits(seed, {n, i})};
  });
  const values n_in{value(tensor<std::int64_t>(7)), drawn({n, real, 0, 0}, 1)};
  values first;
  for (const precision p : {precision::twice, precision::single})
    for (const policy how : {policy::reference, policy::interpreted}) {
      const values u = with_n.run(how, p, as(p, n_in));
      if (first.empty()) first = u;
      for (long k = 0; k < u[0].size(); k++) {
        BOOST_TEST(u[0][k] == first[0][k]);
        BOOST_TEST(static_cast<std::uint32_t>(static_cast<std::int64_t>(u[1][k])) ==
                   static_cast<std::uint32_t>(static_cast<std::int64_t>(first[1][k])));
        BOOST_TEST((u[0][k] >= 0 && u[0][k] < 1));
      }
    }
  double mean = 0;
  for (long k = 0; k < first[0].size(); k++) mean += first[0][k] / static_cast<double>(first[0].size());
  BOOST_TEST(std::abs(mean - 0.5) < 4 / std::sqrt(12. * static_cast<double>(first[0].size())));
  std::set<double> different;
  for (long k = 0; k < first[0].size(); k++) different.insert(first[0][k]);
  BOOST_TEST(static_cast<long>(different.size()) == first[0].size());
}
