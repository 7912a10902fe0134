// SPDX-License-Identifier: BSL-1.0
/// pow and mod of weft::math against the C library.
#define BOOST_TEST_MODULE math_pairs
#include <kernel/numbers.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <vector>

using namespace support;

BOOST_AUTO_TEST_CASE_TEMPLATE(pow_keeps_its_error_bound, T, reals) {
  std::mt19937_64 random(21);
  const double widest = std::log(double(std::numeric_limits<T>::max()));
  const auto log_uniform = [&](double low, double high) { return std::exp(uniform<double>(random, low, high)); };
  const auto draw = [&](int kind) -> std::array<double, 2> { // a base, and an exponent that covers all results
    const double base = kind == 0   ? 1 + log_uniform(-35, -1)
                        : kind == 1 ? 1 - log_uniform(-35, -1)
                        : kind == 2 ? log_uniform(-2, 2)
                                    : log_uniform(-widest, widest);
    return {base, uniform<double>(random, -1, 1) * widest / std::log(base)};
  };
  double worst = 0;
  std::array<T, 2> at{};
  int different = 0;
  for (int i = 0; i < 200'000; i += lanes<T>) {
    packet<T> x, y;
    for (int lane = 0; lane < lanes<T>; ++lane) {
      const int kind = (i + lane) / lanes<T> % 6;
      const auto [base, exponent] = draw(kind);
      x[lane] = kind == 4 ? random_bits<T>(random) : static_cast<T>(kind == 5 ? -base : base);
      y[lane] = kind == 4 ? random_bits<T>(random) : static_cast<T>(kind == 5 ? std::round(exponent) : exponent);
    }
    const packet<T> power = math::pow(x, y);
    for (int lane = 0; lane < lanes<T>; ++lane) {
      different += !same<T>(power[lane], math::pow(T(x[lane]), T(y[lane])));
      const double error = ulp_error(T(power[lane]), std::pow(static_cast<wide>(x[lane]), static_cast<wide>(y[lane])));
      if (error > worst) worst = error, at = {x[lane], y[lane]};
    }
  }
  BOOST_TEST_MESSAGE("pow: " << worst << " ulp at " << at[0] << ", " << at[1]);
  BOOST_TEST(worst <= 1.1, "pow is off by " << worst << " ulp at " << at[0] << ", " << at[1]);
  BOOST_TEST(different == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(mod_is_exact_and_has_the_sign_of_the_divisor, T, reals) {
  const auto exact = [](T x, T y) { // fmod has no rounding
    const T r = std::fmod(x, y);
    return r == 0 ? std::copysign(r, y) : std::signbit(r) == std::signbit(y) || std::isnan(r) ? r : r + y;
  };
  std::mt19937_64 random(24);
  constexpr T smallest = std::numeric_limits<T>::denorm_min(), largest = std::numeric_limits<T>::max();
  std::vector<std::array<T, 2>> pairs;
  const std::array<T, 11> special{0, smallest, T(1e-30), T(0.1), T(0.5), 1, 3, T(1e30), largest, inf<T>, math::nan<T>};
  for (T x : special)
    for (T y : special) pairs.insert(pairs.end(), {{x, y}, {-x, y}, {x, -y}, {-x, -y}});
  for (int i = 0; i < 100'000; ++i) {
    const T y = uniform<T>(random, -3, 3);
    pairs.push_back({uniform<T>(random, -100, 100), y});
    pairs.push_back({std::round(uniform<T>(random, -1000, 1000)) * y, y}); // a quotient beside an integer
    pairs.push_back({random_bits<T>(random), random_bits<T>(random)});
  }
  pairs.resize((pairs.size() / lanes<T> + 1) * lanes<T>);
  for (std::size_t i = 0; i < pairs.size(); i += lanes<T>) {
    packet<T> x, y;
    for (int lane = 0; lane < lanes<T>; ++lane) x[lane] = pairs[i + lane][0], y[lane] = pairs[i + lane][1];
    const packet<T> r = math::mod(x, y);
    for (int lane = 0; lane < lanes<T>; ++lane) {
      const T a = x[lane], b = y[lane], got = r[lane];
      BOOST_REQUIRE_MESSAGE(same(got, exact(a, b)),
                            "mod(" << a << ", " << b << ") is " << got << ", not " << exact(a, b));
      BOOST_REQUIRE(same(math::mod(a, b), got));
    }
  }
}
