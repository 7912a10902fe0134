// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE long_sums
#include <support/samples.hpp>

#include <boost/test/unit_test.hpp>

/// Sums of so many terms that adding them one after another would lose digits.
using namespace support;

namespace {
constexpr axis<"many"> many;
constexpr axis<"few"> few;
constexpr long terms = 300007, columns = 3;

/// How far a float32 run of f is from a float64 run, on tenths.
double error_of(const axes& ax, const std::vector<long>& extents, const std::function<expr(const expr&)>& f) {
  const live_program p([&](ir::builder& b) { return std::vector<expr>{f(ir::input(b, ax, real, "x"))}; });
  value x(real, precision::single, ax, extents);
  for (long e = 0; e < x.size(); e++) x.set(e, 0.1f);
  const values got = p.interpreted({x}, precision::single), want = p.interpreted(as(precision::twice, {x}));
  double worst = 0;
  for (long e = 0; e < want[0].size(); e++) worst = std::max(worst, std::abs(got[0][e] / want[0][e] - 1));
  return worst;
}
} // namespace

BOOST_AUTO_TEST_CASE(keep_their_digits) {
  const auto each = [](const expr& x) { return sum(x, many); };
  const auto all = [](const expr& x) { return mean(x * at(x), x.ax()); };
  BOOST_TEST(error_of({many}, {terms}, each) < 3e-5);
  BOOST_TEST(error_of({few, many}, {columns, terms}, each) < 3e-5);
  BOOST_TEST(error_of({many, few}, {terms, columns}, each) < 3e-5);
  BOOST_TEST(error_of({many, few}, {terms, columns}, all) < 3e-5);
}

BOOST_AUTO_TEST_CASE(and_other_reductions_their_values) {
  const live_program p([&](ir::builder& b) {
    const expr x = ir::input(b, {many, few}, real, "x");
    const expr i = index(many) + at(index(few));
    return std::vector<expr>{max(x, many), min(x, many), sum(i + at(where(x > 0, 0, 0)), many), max(x, {many, few})};
  });
  value x(real, precision::twice, {many, few}, {terms, columns});
  for (long e = 0; e < x.size(); e++) x.set(e, uniform_at(2, static_cast<std::uint64_t>(e)) - 0.5);
  const values want = p.reference({x}), got = p.interpreted({x});
  for (std::size_t k = 0; k < want.size(); k++) BOOST_TEST(distance(want[k], got[k]) == 0);
}
