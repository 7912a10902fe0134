// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE interpreted
#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

using namespace weft;

/// Arithmetic in a row is interpreted in registers, and values take the places of others that are not read again: the
/// bits are those of generated kernels all the same.
namespace {
constexpr axis<"i"> i;
constexpr axis<"j"> j;

/// Every step, the value so far on either side, others that are the same for all lanes, or for all rows, or neither.
constexpr auto every_step = [](expr x, expr y, expr z) {
  expr v = -(x * 1.25);
  v = v + at(y), v = z + at(v), v = v - 0.5, v = y - at(v), v = v * at(y), v = v / 3, v = 2 / at(v), v = v / at(z);
  return z / at(-v);
};
/// More steps than one run holds, twice; the runs meet, and read values that others read too.
constexpr auto long_ones = [](expr x, expr y, expr z) {
  expr v = x, w = y;
  for (int k = 0; k < 45; k++) v = k % 3 ? v * at(0.5 + 0.01 * k) : v + at(z), w = k % 4 ? w - at(0.01 * k) : x - at(w);
  const expr both = v * at(w);
  return both * at(both) + v;
};
/// Among other ops, and with results that are written in between.
constexpr auto mixed = [](expr x, expr y, expr z) {
  const expr a = tanh(x * 2 + 1) * at(y) - z, b = exp(a / 4) + x, c = max(a - b, at(x * at(z)));
  return std::array<expr, 4>{a * 2 - 1, b, c + a / 2, sum(c * at(b) - 3, j)};
};

template <class T, class P> void same_bits(const P& program, long rows, long columns) {
  const auto x = uniform(tensor<T>(i(rows), j(columns)), 1, T(0.5), T(2)),
             z = uniform(tensor<T>(i(rows)), 2, T(1), T(2));
  const auto y = uniform(tensor<T>(j(columns)), 3, T(1), T(2));
  const auto generated = program.run(policy::compiled, x, y, z), interpreted = program.interpreted(x, y, z);
  each_leaf([&](const auto& a, const auto& b) { BOOST_TEST(max_abs_difference(a, b) == 0); }, generated, interpreted);
}
template <class P> void same_bits(const P& program) {
  for (const auto& [rows, columns] : {std::pair(1l, 1l), {3l, 7l}, {5l, 64l}, {40l, 24l}, {2l, 5000l}, {3000l, 1l}}) {
    same_bits<float>(program, rows, columns);
    same_bits<double>(program, rows, columns);
  }
}
} // namespace

BOOST_AUTO_TEST_CASE(runs_of_arithmetic) {
  same_bits(compile<every_step>(arg<"x">(i, j), arg<"y">(j), arg<"z">(i)));
  same_bits(compile<long_ones>(arg<"x">(i, j), arg<"y">(j), arg<"z">(i)));
}
BOOST_AUTO_TEST_CASE(among_other_ops) { same_bits(compile<mixed>(arg<"x">(i, j), arg<"y">(j), arg<"z">(i))); }
