// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE random
#include <support/samples.hpp>

#include <boost/test/unit_test.hpp>

#include <set>

/// Random numbers: what they are distributed like, and that seed and place alone decide them.
using namespace support;

/// The moments of the normal distribution, within four standard errors.
BOOST_AUTO_TEST_CASE(normal_numbers_are_normal) {
  constexpr axis<"many", 20000> many;
  const live_program p(
      [&](ir::builder& b) { return std::vector<expr>{normal(ir::input(b, {}, integer, "seed"), many)}; });
  const value z = p.run(policy::interpreted, precision::twice, {value(tensor<std::int64_t>(3))})[0];
  const double size = static_cast<double>(z.size());
  double moment[5]{};
  for (long k = 0; k < z.size(); k++)
    for (int power = 1; power <= 4; power++) moment[power] += std::pow(z[k], power) / size;
  BOOST_TEST(std::abs(moment[1]) < 4 / std::sqrt(size));
  BOOST_TEST(std::abs(moment[2] - 1) < 4 * std::sqrt(2 / size));
  BOOST_TEST(std::abs(moment[3]) < 4 * std::sqrt(15 / size));
  BOOST_TEST(std::abs(moment[4] - 3) < 4 * std::sqrt(96 / size));
}

/// A function of seed and place alone, whatever the precision and the policy.
BOOST_AUTO_TEST_CASE(random_numbers_are_the_same_everywhere) {
  const live_program with_n([&](ir::builder& b) {
    const expr seed = ir::input(b, {}, integer, "seed"), like = ir::input(b, n, real, "like");
    return std::vector<expr>{uniform(seed, {n, i}) + at(like), random_bits(seed, {n, i}), normal(seed, {n, i})};
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
        BOOST_TEST(std::abs(u[2][k] - first[2][k]) < 1e-5);
      }
    }
  double mean = 0;
  for (long k = 0; k < first[0].size(); k++) mean += first[0][k] / static_cast<double>(first[0].size());
  BOOST_TEST(std::abs(mean - 0.5) < 4 / std::sqrt(12. * static_cast<double>(first[0].size())));
  std::set<double> different;
  for (long k = 0; k < first[0].size(); k++) different.insert(first[0][k]);
  BOOST_TEST(static_cast<long>(different.size()) == first[0].size());
}

/// Dropped weights are 0, the rest is scaled up; the seed says which.
BOOST_AUTO_TEST_CASE(attention_drops_weights) {
  const long N = extent_of(n), M = extent_of(m);
  const live_program p([&](ir::builder& b) {
    const expr q = ir::input(b, {n, i}, real, "q"), k = ir::input(b, {m, i}, real, "k"),
               v = ir::input(b, {m, prime(m)}, real, "v"), seed = ir::input(b, {}, integer, "seed");
    return std::vector<expr>{scaled_dot_product_attention(q, k, v, m, i, {.dropout = 0.25, .seed = seed}),
                             scaled_dot_product_attention(q, k, v, m, i)};
  });
  value one(real, precision::twice, {m, prime(m)}, {M, M}); // so that the result is the weights
  for (long k = 0; k < M; k++) one.set(k * M + k, 1);
  const values y = p.interpreted({drawn({{n, i}}, 1), drawn({{m, i}}, 2), one, value(tensor<std::int64_t>(3))});
  long dropped = 0;
  for (long k = 0; k < N * M; k++) {
    dropped += y[0][k] == 0;
    BOOST_TEST((y[0][k] == 0 || std::abs(y[0][k] - y[1][k] / 0.75) < 1e-14));
  }
  BOOST_TEST((dropped > N * M / 10 && dropped < N * M / 2));
}

/// All is dropped at rate 1, and nothing flows back.
BOOST_AUTO_TEST_CASE(a_rate_of_one_drops_all) {
  const live_program p([&](ir::builder& b) {
    const expr x = ir::input(b, {n}, real, "x");
    return std::vector<expr>{dropout(x, 1, 3), grad([](expr x) { return sum(dropout(x, 1, 3), n); })(x)};
  });
  for (const value& y : p.interpreted({drawn({{n}}, 1)})) BOOST_TEST(y.largest() == 0);
}
