// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE special_values
#include <ops/special_values/arithmetic.hpp>
#include <ops/special_values/choice.hpp>
#include <ops/special_values/functions.hpp>
#include <ops/special_values/losses.hpp>
#include <ops/special_values/normalisations.hpp>
#include <ops/special_values/reductions.hpp>
#include <ops/special_values/rounding.hpp>
#include <ops/special_values/scans.hpp>
#include <ops/special_values/sorting.hpp>
#include <ops/special_values/structure.hpp>

#include <boost/hana/for_each.hpp>

#include <set>

/// The conventions that the ops' files state, row by row: ties, zeros, infinities, NaN, empty axes, rows masked whole.
using namespace support;
using namespace support::special_values;

BOOST_AUTO_TEST_CASE(conventions_hold_row_by_row) {
  std::multiset<const ir::op_def*> seen;
  for (const auto& rows :
       {arithmetic, choice, functions, rounding, reductions, scans, structure, sorting, normalisations, losses})
    for (const special& s : rows()) {
      try {
        check(s);
      } catch (const error& problem) { BOOST_ERROR(s.what << ": " << problem.what()); }
      seen.insert(s.op);
    }
  hana::for_each(ops::all, [&](auto op) {
    using Op = decltype(op);
    const auto rows = seen.count(ir::op<Op>);
    const bool below = Op::name == "random_bits" || Op::name == "unit_interval"; // in random.cpp
    std::printf("%-16.*s %zu rows of special values%s\n", static_cast<int>(Op::name.size()), Op::name.data(), rows,
                below ? ", its conventions are tested apart" : "");
    if (!below) BOOST_TEST(rows > 0u, "no special values for " << Op::name);
  });
}

/// What is made of nothing does not move, forwards either.
BOOST_AUTO_TEST_CASE(reductions_of_nothing_have_tangent_0) {
  for (const auto f : {+[](const expr& a) { return sum(a, none); }, +[](const expr& a) { return max(a, none); },
                       +[](const expr& a) { return min(a, none); }, +[](const expr& a) { return prod(a, none); },
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
                                                           " is not on axis entry, which has 6 places from 0; give ids "
                                                           "on it";
                            });
    }
}

BOOST_AUTO_TEST_CASE(a_part_that_does_not_divide_is_an_error) {
  const live_program p(
      [](ir::builder& b) { return std::vector<expr>{split(ir::input(b, x, real, "x"), x, {rest, i})}; });
  for (const policy how : {policy::reference, policy::interpreted})
    BOOST_CHECK_EXCEPTION(p.run(how, precision::twice, {reals({1, 2, 3, 4})}), error, [](const error& problem) {
      return problem.what() == std::string("split: axis x of extent 4 leaves none for axis rest beside 3");
    });
}

/// Roots of constants are rounded as those of tensors are: a comparison of both would tell.
BOOST_AUTO_TEST_CASE(roots_of_constants) {
  long wrong = 0;
  for (std::uint64_t i = 0; i < 20000; i++) {
    const double some = std::ldexp(1 + uniform_at(1, i), static_cast<int>(integer_at(2, i, 600)) - 300);
    for (double x : {0.25 * static_cast<double>(i), some, static_cast<double>(static_cast<float>(some))})
      wrong += ir::root(x) != std::sqrt(x);
  }
  BOOST_TEST(wrong == 0);
}
