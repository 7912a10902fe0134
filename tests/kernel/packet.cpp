// SPDX-License-Identifier: BSL-1.0
/// The packet helpers that kernels are written with.
#define BOOST_TEST_MODULE packet
#include <kernel/numbers.hpp>

#include <boost/test/unit_test.hpp>

#include <array>

using namespace support;

BOOST_AUTO_TEST_CASE_TEMPLATE(mul_add_rounds_once_where_the_hardware_does, T, reals) {
  std::mt19937_64 random(22);
  for (int i = 0; i < 10'000; ++i) {
    packet<T> a, b, c;
    for (int lane = 0; lane < lanes<T>; ++lane) {
      a[lane] = uniform<T>(random, -1, 1);
      b[lane] = uniform<T>(random, -1, 1);
      c[lane] = -a[lane] * b[lane] + uniform<T>(random, -1, 1) * T(1e-5);
    }
    const packet<T> sum = mul_add(a, b, c);
    for (int lane = 0; lane < lanes<T>; ++lane) {
      const T x = a[lane], y = b[lane], z = c[lane];
      const T product = x * y;
      BOOST_REQUIRE(same<T>(sum[lane], has_fma ? std::fma(x, y, z) : product + z));
      BOOST_REQUIRE(same<T>(sum[lane], mul_add(x, y, z)));
    }
    const packet<T> mixed = mul_add(a, T(3), T(1));
    BOOST_REQUIRE(same<T>(mixed[0], mul_add(T(a[0]), T(3), T(1))));
  }
  BOOST_TEST(mul_add(3, 4, 5) == 17);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(horizontal_folds_by_halves, T, reals) {
  std::mt19937_64 random(23);
  packet<T> v;
  std::array<T, lanes<T>> folded;
  for (int lane = 0; lane < lanes<T>; ++lane) v[lane] = folded[lane] = uniform<T>(random, -1, 1);
  for (int step = lanes<T> / 2; step > 0; step /= 2)
    for (int lane = 0; lane < step; ++lane) folded[lane] += folded[lane + step];
  BOOST_TEST(same(horizontal_sum(v), folded[0]));
  BOOST_TEST(same(horizontal(v, [](T a, T b) { return a + b; }), folded[0]),
             "a combine for scalars folds in the same order");

  const packet<T> count = iota<packet<T>>() + 1;
  BOOST_TEST(horizontal_sum(count) == lanes<T> * (lanes<T> + 1) / 2);
  for (int lane = 0; lane < lanes<T>; ++lane) {
    packet<T> low = count, high = count, hole = count;
    low[lane] = -5, high[lane] = 99, hole[lane] = math::nan<T>;
    BOOST_TEST(horizontal_max(high) == 99);
    BOOST_TEST(std::isnan(horizontal_max(hole)));
    BOOST_TEST(any(low == T(-5)));
    BOOST_TEST(!any(low == T(-6)));
  }
  BOOST_TEST(horizontal_sum(T(3)) == 3);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(packets_load_store_select_and_convert, T, reals) {
  using V = packet<T>;
  std::array<T, lanes<T> + 1> from, to{};
  for (int i = 0; i <= lanes<T>; ++i) from[i] = i - T(1.75);
  store(&to[1], load(&from[1]));
  const auto whole = convert<lane_int<V>>(load(&from[0]));
  const V chosen = select(load(&from[0]) < T(0), T(-7), load(&from[1]));
  for (int i = 0; i < lanes<T>; ++i) {
    BOOST_TEST(to[i + 1] == from[i + 1]);
    BOOST_TEST(whole[i] == convert<lane_int<T>>(from[i]));
    BOOST_TEST(chosen[i] == (from[i] < 0 ? -7 : from[i + 1]));
    BOOST_TEST(bits_as<lane_int<V>>(chosen)[i] == bits_as<lane_int<T>>(T(chosen[i])));
  }
  BOOST_TEST(std::signbit(T(broadcast<V>(-T(0))[lanes<T> - 1])));
}
