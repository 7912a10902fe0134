// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE losses
#include <support/samples.hpp>

#include <boost/test/unit_test.hpp>

/// What losses average over.
using namespace support;

/// The mean of losses counts them all, whatever axes the targets have.
BOOST_AUTO_TEST_CASE(targets_may_lack_axes_of_the_losses) {
  const live_program p([&](ir::builder& b) {
    const expr x = ir::input(b, {n, m, i}, real, "x"), t = ir::input(b, {n}, integer, "t");
    return std::vector<expr>{cross_entropy(x, t, i, {}),
                             mean(cross_entropy(x, t, i), {n, m}),
                             cross_entropy(x, 1, i, {}),
                             mean(cross_entropy(x, 1, i), {n, m}),
                             cross_entropy(x, index(m), i, {}),
                             mean(where(index(m) < 3, cross_entropy(x, index(m), i), 0), {n, m}) * (5.0 / 3)};
  });
  const values y = p.interpreted({drawn({{n, m, i}}, 1), drawn({{n}, integer, 0, 3}, 2)});
  for (std::size_t k = 0; k < y.size(); k += 2) BOOST_TEST(y[k][0] == y[k + 1][0], boost::test_tools::tolerance(1e-14));
}
