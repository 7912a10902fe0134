// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE random
#include "runtime/refused.hpp"

#include <weft/run/random.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace weft;
namespace {
constexpr axis<"n"> n;
constexpr axis<"m"> m;

// Known answers of Random123 for threefry2x32 with 20 rounds.
template <class V> constexpr bool answers(V k0, V k1, V c0, V c1, V first, V second) {
  const auto words = threefry(k0, k1, c0, c1);
  return words.first == first && words.second == second;
}
template <class V>
constexpr bool known_answers = answers<V>(0, 0, 0, 0, 0x6b200159, 0x99ba4efe) &&
                               answers<V>(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7) &&
                               answers<V>(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 0xc4923a9c, 0x483df7a0);
static_assert(known_answers<std::uint32_t>);
static_assert(known_answers<std::uint64_t>);
static_assert(threefry<std::uint32_t>(0, 0) == 0x6b200159);
static_assert(threefry<std::int64_t>(-1, 1l << 40) == threefry<std::uint32_t>(0xffffffff, 0));

static_assert(uniform01(0u) == 0.0f && uniform01(0xffffffffu) == 1 - 0x1p-24f);
static_assert(uniform01(0xffffffffull) == 1 - 0x1p-24 && uniform01(-1) == 1 - 0x1p-24f);
} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(packets_give_what_scalars_give, lane,
                              decltype(std::tuple<std::uint32_t, std::uint64_t, std::int32_t, std::int64_t>())) {
  using V = packet<lane>;
  const lane first = lane(1000);
  for (lane seed : {lane(0), lane(12345), lane(0x7fffffff)}) {
    const V words = threefry(V(seed - V{}), V(iota<V>() + first));
    const auto reals = uniform01(words);
    for (int i = 0; i < lanes<lane>; i++) {
      const auto expected = threefry(std::uint32_t(seed), std::uint32_t(1000 + i));
      BOOST_TEST(words[i] == lane(sizeof(lane) == 4 ? lane(expected) : lane(std::uint64_t(expected))));
      BOOST_TEST(reals[i] == uniform01(expected));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_quantile_inverts_the_normal_distribution) {
  BOOST_TEST(normal_quantile(0.5) == 0);
  BOOST_TEST(normal_quantile(0.975) == 1.959963984540054, boost::test_tools::tolerance(1e-15));
  for (double p = 1e-300; p < 1; p = p < 0.01 ? p * 7 : p + 0.01) { // all three of its formulas
    const double x = normal_quantile(p);
    // A relative error in x moves p by about x^2 of it.
    BOOST_TEST(0.5 * std::erfc(-x / std::sqrt(2.0)) == p, boost::test_tools::tolerance(1e-15 * (4 + x * x)));
  }
}

BOOST_AUTO_TEST_CASE(numbers_are_the_same_everywhere) {
  BOOST_TEST(uniform_at(0, 0) == double((0x6b20015999ba4efeull) >> 11) * 0x1p-53);
  // Python's statistics.NormalDist().inv_cdf of the same bits: the middle and both tails.
  BOOST_TEST(normal_at(7, 0) == 0x1.54da344781124p+0);
  BOOST_TEST(normal_at(7, 2) == -0x1.4f9017d336c3fp+0);
  BOOST_TEST(normal_at(7, 6) == 0x1.8de0555494cc6p+0);
  BOOST_TEST(normal_at(7, 10) == -0x1.51c06eb561bd1p+1);
  BOOST_TEST(normal_at(7, 14) == -0x1.975b4eb1f9876p+0);
  BOOST_TEST(normal_at(7, 37) == 0x1.d1d9b1fb2af37p+0);
}

BOOST_AUTO_TEST_CASE(numbers_depend_on_seed_and_position_alone) {
  const auto x = normal(tensor<double>(n(6), m(4)), 3), longer = normal(tensor<double>(n(30)), 3);
  for (int i = 0; i < 24; i++) BOOST_TEST(x[i] == longer[i]);
  const auto rounded = normal(tensor<float>(n(30)), 3);
  for (int i = 0; i < 30; i++) BOOST_TEST(rounded[i] == float(longer[i]));
  BOOST_TEST(!(normal(tensor<double>(n(30)), 4) == longer));
  BOOST_TEST(!(normal(tensor<double>(n(30)), 3 + (1ull << 32)) == longer));
  BOOST_TEST(normal_at(3, 1ull << 32) != normal_at(3, 0));
}

BOOST_AUTO_TEST_CASE(moments_are_those_of_the_distribution) {
  constexpr long count = 200000;
  const double error = 5 / std::sqrt(double(count)); // five standard deviations of the mean
  const auto x = normal(tensor<double>(n(count)), 11, 2, 3);
  double mean = 0, square = 0;
  for (double v : x) {
    mean += (v - 2) / 3 / count;
    square += (v - 2) * (v - 2) / 9 / count;
  }
  BOOST_TEST(std::fabs(mean) < error);
  BOOST_TEST(std::fabs(square - 1) < error * std::sqrt(2.0));
  const auto u = uniform(tensor<float>(n(count)), 11, -1, 3);
  mean = 0;
  for (float v : u) {
    BOOST_TEST_REQUIRE((v >= -1 && v <= 3));
    mean += v / double(count);
  }
  BOOST_TEST(std::fabs(mean - 1) < error * 4 / std::sqrt(12.0));
}

BOOST_AUTO_TEST_CASE(integers_cover_their_range_evenly) {
  long seen[6]{};
  for (int v : uniform(tensor<std::int32_t>(n(60000)), 5, -3, 3)) {
    BOOST_TEST_REQUIRE((v >= -3 && v < 3));
    seen[v + 3]++;
  }
  for (long s : seen) BOOST_TEST(std::abs(s - 10000) < 500);
  const auto lowest = std::numeric_limits<std::int64_t>::min(), highest = std::numeric_limits<std::int64_t>::max();
  const auto wide = uniform(tensor<std::int64_t>(n(64)), 5, lowest, highest);
  long negative = 0;
  for (auto v : wide) negative += v < 0;
  BOOST_TEST((negative > 10 && negative < 54));
  BOOST_TEST(refused([] { uniform(tensor<std::int32_t>(n(1)), 5, 3, 3); }) ==
             "uniform: no integer x has 3 <= x < 3; give low < high");
  BOOST_TEST(refused([] { uniform(tensor<float>(n(1)), 5, 2, 1); }) ==
             "uniform: no x has 2 <= x <= 1; give low <= high");
  BOOST_TEST(refused([] { uniform(tensor<float>(n(1)), 5, 0, INFINITY); }) ==
             "uniform: from 0 to inf is too far; give finite ends");
  BOOST_TEST(refused([] { normal(tensor<float>(n(1)), 5, 0, -1); }) ==
             "normal: the standard deviation is -1; give 0 or more");
}

BOOST_AUTO_TEST_CASE(fills_return_what_they_were_given) {
  tensor<float> x(n(3));
  BOOST_TEST(&fill(x, 2) == &x);
  for (float v : x) BOOST_TEST(v == 2);
  const auto counted = iota(tensor<std::int64_t>(n(4)));
  BOOST_TEST(counted.span() == std::vector<std::int64_t>({0, 1, 2, 3}), boost::test_tools::per_element());
  static_assert(std::same_as<decltype(normal(x, 1)), tensor<float>&>);
  static_assert(std::same_as<decltype(normal(tensor<float>(), 1)), tensor<float>>);
}
