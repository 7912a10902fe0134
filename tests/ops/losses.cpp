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
                             cross_entropy(x, min(index(m), 2), i, {}),
                             mean(cross_entropy(x, min(index(m), 2), i), {n, m})};
  });
  const values y = p.interpreted({drawn({{n, m, i}}, 1), drawn({{n}, integer, 0, 3}, 2)});
  for (std::size_t k = 0; k < y.size(); k += 2) BOOST_TEST(y[k][0] == y[k + 1][0], boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(a_target_that_is_no_class_is_an_error) {
  for (const bool with_options : {false, true})
    for (const double target : {-1., 3., -100.}) {
      const live_program p([&](ir::builder& b) {
        const expr x = ir::input(b, {n, i}, real, "x"), t = ir::input(b, {n}, integer, "t");
        const auto loss = [&](const expr& logits) {
          return with_options ? cross_entropy(logits, t, i, {}) : sum(cross_entropy(logits, t, i), n);
        };
        return std::vector<expr>{loss(x), grad(loss)(x)};
      });
      value targets = drawn({{n}, integer, 0, 3}, 2);
      targets.set(1, target);
      for (const policy how : {policy::reference, policy::interpreted}) {
        const auto run = [&] { return p.run(how, precision::twice, {drawn({{n, i}}, 1), targets}); };
        if (with_options && target == -100) BOOST_CHECK_NO_THROW(run()); // ignored
        else
          BOOST_CHECK_EXCEPTION(run(), error, [&](const error& e) {
            return std::string(e.what()).find("id " + std::to_string(static_cast<int>(target)) + " is not on axis i") !=
                   std::string::npos;
          });
      }
    }
}
