// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE special_values
#include "ops/special.hpp"

#include <boost/hana/for_each.hpp>

#include <set>

/// The conventions that the ops' files state, row by row: ties, zeros, infinities, NaN, empty axes, rows masked whole.
using namespace support;

namespace {
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
       {reals({inf, inf, -inf, undefined}), reals({1, -inf, -inf, 0})},
       {inf, undefined, -inf, undefined},
       {{1, 1, 1, 1}, {1, 1, 1, 1}}},
      {of<sub_op>(),
       "inf - inf is NaN",
       [](v a) { return a[0] - a[1]; },
       {reals({inf, inf, 0}), reals({1, inf, -inf})},
       {inf, undefined, inf},
       {{1, 1, 1}, {-1, -1, -1}}},
      {of<mul_op>(),
       "0 inf is NaN",
       [](v a) { return a[0] * a[1]; },
       {reals({0, 2, -1}), reals({inf, inf, 0})},
       {undefined, inf, 0},
       {{inf, inf, 0}, {0, 2, -1}}},
      {of<div_op>(),
       "0 / 0 is NaN, x / 0 infinite",
       [](v a) { return a[0] / a[1]; },
       {reals({0, 1, -1, 1}), reals({0, 0, 0, inf})},
       {undefined, inf, -inf, 0},
       {{inf, inf, inf, 0}, {undefined, -inf, inf, 0}}},
      {of<neg_op>(),
       "infinities",
       [](v a) { return -a[0]; },
       {reals({inf, -inf, undefined})},
       {-inf, inf, undefined},
       {{-1, -1, -1}}},
      {of<abs_op>(),
       "0 has derivative 0",
       [](v a) { return abs(a[0]); },
       {reals({0, -0.0, -inf, inf, undefined, -2})},
       {0, 0, inf, inf, undefined, 2},
       {{0, 0, -1, 1, 0, -1}},
       {{0, 0, 0, 0, 0, 0}}},
      {of<maximum_op>(),
       "a tie gives each half; NaN wins",
       [](v a) { return max(a[0], a[1]); },
       {reals({1, 1, undefined, 1, -inf}), reals({1, 2, 1, undefined, -inf})},
       {1, 2, undefined, undefined, -inf},
       {{.5, 0, 0, 0, .5}, {.5, 1, 0, 0, .5}}},
      {of<minimum_op>(),
       "a tie gives each half; NaN wins",
       [](v a) { return min(a[0], a[1]); },
       {reals({1, 1, undefined, 1, inf}), reals({1, 2, 1, undefined, inf})},
       {1, 1, undefined, undefined, inf},
       {{.5, 1, 0, 0, .5}, {.5, 0, 0, 0, .5}}},
      {of<less_op>(),
       "false with NaN",
       [](v a) { return a[0] < a[1]; },
       {reals({undefined, 1, -inf, 0}), reals({1, undefined, inf, -0.0})},
       {0, 0, 1, 0}},
      {of<less_equal_op>(),
       "false with NaN",
       [](v a) { return a[0] <= a[1]; },
       {reals({undefined, 1, -inf, 0}), reals({1, undefined, inf, -0.0})},
       {0, 0, 1, 1}},
      {of<greater_op>(),
       "false with NaN",
       [](v a) { return a[0] > a[1]; },
       {reals({undefined, 1, inf, 0}), reals({1, undefined, -inf, -0.0})},
       {0, 0, 1, 0}},
      {of<greater_equal_op>(),
       "false with NaN",
       [](v a) { return a[0] >= a[1]; },
       {reals({undefined, 1, inf, 0}), reals({1, undefined, inf, -0.0})},
       {0, 0, 1, 1}},
      {of<equal_op>(),
       "false with NaN, 0 is -0",
       [](v a) { return a[0] == a[1]; },
       {reals({undefined, 1, inf, 0}), reals({undefined, undefined, inf, -0.0})},
       {0, 0, 1, 1}},
      {of<not_equal_op>(),
       "true with NaN",
       [](v a) { return a[0] != a[1]; },
       {reals({undefined, 1, inf, 0}), reals({undefined, undefined, inf, -0.0})},
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
       {booleans({1, 0, 1, 0}), reals({1, undefined, 2, inf}), reals({undefined, 3, -inf, 4})},
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
       {reals({-inf, inf, undefined, 0, 1000, -1000})},
       {0, inf, undefined, 1, inf, 0},
       {{0, inf, undefined, 1, inf, 0}},
       {{0, inf, undefined, 1, inf, 0}}},
      {of<log_op>(),
       "log 0 = -inf, of a negative number NaN",
       [](v a) { return log(a[0]); },
       {reals({0, -1, inf, 1, undefined})},
       {-inf, undefined, inf, 0, undefined},
       {{inf, -1, 0, 1, undefined}}},
      {of<tanh_op>(),
       "saturates",
       [](v a) { return tanh(a[0]); },
       {reals({-inf, inf, 0, 50, undefined})},
       {-1, 1, 0, 1, undefined},
       {{0, 0, 1, 0, undefined}},
       {{0, 0, 0, 0, undefined}}},
      {of<erf_op>(),
       "saturates",
       [](v a) { return erf(a[0]); },
       {reals({-inf, inf, 0, 9, undefined})},
       {-1, 1, 0, 1, undefined},
       {{0, 0, 2 / std::sqrt(M_PI), 0, undefined}}},
      {of<sqrt_op>(),
       "sqrt 0 = 0 with an infinite derivative, of a negative number NaN",
       [](v a) { return sqrt(a[0]); },
       {reals({0, -1, inf, 4, undefined})},
       {0, undefined, inf, 2, undefined},
       {{inf, undefined, 0, .25, undefined}}},
      {of<rsqrt_op>(),
       "rsqrt 0 = inf",
       [](v a) { return rsqrt(a[0]); },
       {reals({0, -1, inf, 4, undefined})},
       {inf, undefined, 0, .5, undefined},
       {{-inf, undefined, 0, -1. / 16, undefined}}},
      {of<guarded_op>(),
       "-inf becomes inf",
       [](v a) { return guarded(a[0]); },
       {reals({-inf, inf, 2, undefined})},
       {inf, inf, 2, undefined},
       {{1, 1, 1, 1}},
       {{0, 0, 0, 0}}},
      {of<sum_op>(), "of nothing 0", [](v a) { return sum(a[0], none); }, {empty_rows}, {0, 0}, {{}}, {{}}},
      {of<sum_op>(),
       "infinities",
       [](v a) { return sum(a[0], x); },
       {matrix({across, x}, {2, 2}, {inf, 1, inf, -inf})},
       {inf, undefined},
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
       {matrix({across, x}, {2, 3}, {undefined, 3, 1, 1, inf, undefined})},
       {undefined, undefined}},
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
      {of<logsumexp_op>(),
       "NaN if any is",
       [](v a) { return logsumexp(a[0], x); },
       {reals({0, undefined, 1})},
       {undefined}},
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
       {booleans({0, 0, 0}), reals({1, undefined, inf})},
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
      {nullptr,
       "the mean of nothing is NaN",
       [](v a) { return mean(a[0], none); },
       {empty_rows},
       {undefined, undefined}},
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
       {undefined, inf}},
      {of<rename_op>(),
       "of an empty axis",
       [](v a) { return rename(a[0], none, prime(none)); },
       {empty_rows},
       {},
       {{}}},
      {of<slice_op>(),
       "the end of an axis",
       [](v a) { return slice(a[0], x, 1, across); },
       {reals({1, undefined, 3})},
       {undefined, 3},
       {{0, 1, 1}}},
      {of<pad_op>(),
       "zeros, not numbers times zero",
       [](v a) { return pad(a[0], across, 1, j); },
       {matrix({across}, {2}, {undefined, inf})},
       {0, undefined, inf, 0},
       {{1, 1}}},
      {of<concat_op>(),
       "with an empty part",
       [](v a) { return concat(prime(x), along(a[0], none), along(a[1], x)); },
       {matrix({none}, {0}, {}), reals({undefined, 2})},
       {undefined, 2}},
      {of<gather_op>(),
       "one place more than once",
       [](v a) { return gather(a[0], a[1], entry); },
       {matrix({entry}, {6}, {0, inf, 2, 3, 4, undefined}), integers({1, 5, 0, 1})},
       {inf, undefined, 0, inf},
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
