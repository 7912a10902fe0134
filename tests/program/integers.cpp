// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE integers
#include "runtime/refused.hpp"

#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

/// Integers have the width of a program's lanes: they wrap around alike however it runs, and arguments may be wider or
/// narrower.
using namespace weft;

namespace {
constexpr axis<"n"> n;
constexpr sequence<"query"> query;
constexpr sequence<"key"> key;
constexpr feature<"d"> d;
constexpr axis<"place", 8> place;
constexpr axis<"bucket", 3> bucket;
constexpr axis<"long_one", 65536> long_one;

template <class P, class... X> void agree(const P& p, const X&... x) {
  const auto want = p.reference(x...), got = p(x...);
  each_leaf([](const auto& a, const auto& b) { BOOST_TEST(max_abs_difference(a, b) < 1e-5); }, want, got);
}
} // namespace

constexpr auto wrapping = compile(
    [](expr x, expr k) {
      const expr most = k + 2147483600;
      return std::tuple(most + k, most * k, -(most + k) - 5, abs(most + k), sum(most, n), prod(most, n),
                        cumsum(most, n), extent(long_one) * extent(long_one) + k, sum(x, {n, long_one}));
    },
    arg<"x">(n, long_one), arg<"k", integer>(n));

BOOST_AUTO_TEST_CASE(sums_and_products_wrap_around) {
  const tensor<float> x(n(3), long_one);
  const auto k = tensor<std::int64_t>::from({40, 47, 3}, n(3));
  const auto all = wrapping(x, k);
  const auto as_32_bits = [](std::int64_t v) { return std::int64_t(static_cast<std::int32_t>(v)); };
  for (long i = 0; i < 3; i++) {
    const std::int64_t most = as_32_bits(2147483600 + k[i]);
    BOOST_TEST(std::get<0>(all)[i] == as_32_bits(most + k[i]));
    BOOST_TEST(std::get<1>(all)[i] == as_32_bits(most * k[i]));
    BOOST_TEST(std::get<7>(all)[i] == k[i]);
  }
  agree(wrapping, x, k);
  const auto interpreted = wrapping.interpreted(x, k);
  each_leaf([](const auto& a, const auto& b) { BOOST_TEST(max_abs_difference(a, b) == 0); }, interpreted, all);
}

/// A mask of positions that wrap around: no tile is skipped, or taken for seen, that is not.
BOOST_AUTO_TEST_CASE(positions_wrap_around_in_walks) {
  for (const long step : {2000000l, -3000000l, 1l}) {
    const auto p = build(
        [step](expr q, expr k, expr v) {
          const expr s = where(index(query) * step + index(key) >= 0, contract(q, k, d), -infinity);
          return contract(softmax(s, key), v, key);
        },
        arg<"q">(query, d), arg<"k">(key, d), arg<"v">(key, d));
    BOOST_TEST(!p.materializes(query, key));
    agree(p, normal(tensor<float>(query(1500), d(4)), 1), normal(tensor<float>(key(140), d(4)), 2),
          normal(tensor<float>(key(140), d(4)), 3));
  }
}

/// A table of buckets may have integers of another width than the program's.
BOOST_AUTO_TEST_CASE(tables_of_any_width_in_walks) {
  const auto p = build(
      [](expr q, expr k, expr bias, expr bucket_of) {
        const expr distance = min(abs(index(query) - index(key)), 7);
        const expr b = gather(bias, gather(bucket_of, distance, place), bucket);
        return logsumexp(contract(q, k, d) + b, key);
      },
      arg<"q">(query, d), arg<"k">(key, d), arg<"bias">(bucket), arg<"bucket_of", integer>(place));
  BOOST_TEST(!p.materializes(query, key));
  const auto check = [&]<class T, class I>(T, I) {
    const auto ids = tensor<I>::from({0, 1, 1, 2, 2, 2, 0, 1}, place);
    agree(p, normal(tensor<T>(query(70), d(4)), 1), normal(tensor<T>(key(150), d(4)), 2), normal(tensor<T>(bucket), 3),
          ids);
  };
  check(float{}, std::int32_t{}), check(float{}, std::int64_t{});
  check(double{}, std::int32_t{}), check(double{}, std::int64_t{});
  auto far = tensor<std::int64_t>::from({0, 1, 1, 2, 2, 2, 0, 1}, place);
  far[3] = (std::int64_t(1) << 32) + 1;
  BOOST_TEST(refused([&] {
               p(normal(tensor<float>(query(9), d(4)), 1), normal(tensor<float>(key(9), d(4)), 2),
                 normal(tensor<float>(bucket), 3), far);
             }) ==
             "integer 4294967297 does not fit the 32 bits that integers have in a float32 program and in an int32 "
             "tensor; use float64 and int64 tensors, or smaller integers");
}
