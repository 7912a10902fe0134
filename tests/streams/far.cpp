// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE streams_far
#include <weft/kernel/tile.hpp>
#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

/// A walk whose blocks all read more than caches hold takes four times as many lanes a block: fewer tiles, the same
/// result.
using namespace weft;

namespace {
constexpr sequence<"token"> token;
constexpr sequence<"vocabulary"> vocabulary;
constexpr feature<"width", 128> width;

constexpr auto loss = [](expr x, expr w, expr targets) {
  return mean(cross_entropy(contract(x, w, width), targets, vocabulary), token);
};

/// The largest difference, as a part of the largest value.
double apart(const tensor<double>& a, const tensor<double>& b) {
  double most = 0, difference = 0;
  for (long i = 0; i < a.size(); i++)
    most = std::max(most, std::abs(b[i])), difference = std::max(difference, std::abs(a[i] - b[i]));
  return difference / most;
}
} // namespace

BOOST_AUTO_TEST_CASE(large_blocks_find_the_same) {
  constexpr long tokens = 130, words = 4300, rows = 128; // 8 words width > 4 MB
  static_assert(8 * words * 128 > 4 << 20);
  const auto p = build(value_and_grad(loss, wrt<0, 1>), arg<"x">(token, width), arg<"w">(vocabulary, width),
                       arg<"targets", integer>(token));
  for (const auto& walk : p.data().plan.streams) BOOST_REQUIRE(walk.inner->name == "vocabulary");
  const auto x = normal(tensor<double>(token(tokens), width), 1);
  const auto w = normal(tensor<double>(vocabulary(words), width), 2);
  tensor<std::int64_t> targets(token(tokens));
  for (long i = 0; i < tokens; i++) targets[i] = i * 7919 % words;
  auto run = p.bind(x, w, targets);
  const auto [value, gradient] = run();
  const auto [right_value, right_gradient] = p.reference(x, w, targets);
  BOOST_TEST(apart(value, right_value) < 1e-13);
  BOOST_TEST(apart(std::get<0>(gradient), std::get<0>(right_gradient)) < 1e-12);
  BOOST_TEST(apart(std::get<1>(gradient), std::get<1>(right_gradient)) < 1e-12);
  constexpr long lanes = 4 * tile::lanes<double>;
  const auto count = [](long n, long of) { return (n + of - 1) / of; };
  BOOST_TEST(run.tiles().kept + run.tiles().partial ==
             static_cast<long>(p.data().plan.streams.size()) * count(tokens, lanes) * count(words, rows));
}
