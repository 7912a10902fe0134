// SPDX-License-Identifier: BSL-1.0
/// What functions of weft::math make of zeros, infinities, NaN and the largest numbers.
#define BOOST_TEST_MODULE math_special_values
#include <kernel/numbers.hpp>

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace support;

BOOST_AUTO_TEST_CASE_TEMPLATE(special_values, T, reals) {
  struct row {
    const char* name;
    T (*call)(T);
    T x, expected;
  };
  constexpr T smallest = std::numeric_limits<T>::denorm_min(), largest = std::numeric_limits<T>::max();
  const row rows[] = {
      {"exp", math::exp<T>, T(0), 1},
      {"exp", math::exp<T>, -T(0), 1},
      {"exp", math::exp<T>, inf<T>, inf<T>},
      {"exp", math::exp<T>, -inf<T>, 0},
      {"exp", math::exp<T>, largest, inf<T>},
      {"exp", math::exp<T>, -largest, 0},
      {"exp", math::exp<T>, math::nan<T>, math::nan<T>},
      {"exp_lowered", math::exp_lowered<T>, T(0), 1},
      {"exp_lowered", math::exp_lowered<T>, -T(0), 1},
      {"exp_lowered", math::exp_lowered<T>, -smallest, 1},
      {"exp_lowered", math::exp_lowered<T>, -inf<T>, 0},
      {"exp_lowered", math::exp_lowered<T>, -largest, 0},
      {"exp_lowered", math::exp_lowered<T>, T(710), inf<T>},
      {"exp_lowered", math::exp_lowered<T>, inf<T>, inf<T>},
      {"exp_lowered", math::exp_lowered<T>, math::nan<T>, math::nan<T>},
      {"exp2", math::exp2<T>, T(0), 1},
      {"exp2", math::exp2<T>, T(10), 1024},
      {"exp2", math::exp2<T>, T(-10), T(1) / 1024},
      {"exp2", math::exp2<T>, inf<T>, inf<T>},
      {"exp2", math::exp2<T>, -inf<T>, 0},
      {"exp2", math::exp2<T>, math::nan<T>, math::nan<T>},
      {"expm1", math::expm1<T>, T(0), 0},
      {"expm1", math::expm1<T>, -T(0), -T(0)},
      {"expm1", math::expm1<T>, inf<T>, inf<T>},
      {"expm1", math::expm1<T>, -inf<T>, -1},
      {"expm1", math::expm1<T>, math::nan<T>, math::nan<T>},
      {"log", math::log<T>, T(0), -inf<T>},
      {"log", math::log<T>, -T(0), -inf<T>},
      {"log", math::log<T>, T(1), 0},
      {"log", math::log<T>, T(-1), math::nan<T>},
      {"log", math::log<T>, -inf<T>, math::nan<T>},
      {"log", math::log<T>, inf<T>, inf<T>},
      {"log", math::log<T>, math::nan<T>, math::nan<T>},
      {"log1p", math::log1p<T>, T(0), 0},
      {"log1p", math::log1p<T>, -T(0), -T(0)},
      {"log1p", math::log1p<T>, T(-1), -inf<T>},
      {"log1p", math::log1p<T>, T(-2), math::nan<T>},
      {"log1p", math::log1p<T>, inf<T>, inf<T>},
      {"log1p", math::log1p<T>, math::nan<T>, math::nan<T>},
      {"tanh", math::tanh<T>, T(0), 0},
      {"tanh", math::tanh<T>, -T(0), -T(0)},
      {"tanh", math::tanh<T>, smallest, smallest},
      {"tanh", math::tanh<T>, inf<T>, 1},
      {"tanh", math::tanh<T>, -inf<T>, -1},
      {"tanh", math::tanh<T>, math::nan<T>, math::nan<T>},
      {"sigmoid", math::sigmoid<T>, T(0), T(0.5)},
      {"sigmoid", math::sigmoid<T>, inf<T>, 1},
      {"sigmoid", math::sigmoid<T>, -inf<T>, 0},
      {"sigmoid", math::sigmoid<T>, math::nan<T>, math::nan<T>},
      {"erf", math::erf<T>, T(0), 0},
      {"erf", math::erf<T>, -T(0), -T(0)},
      {"erf", math::erf<T>, inf<T>, 1},
      {"erf", math::erf<T>, -inf<T>, -1},
      {"erf", math::erf<T>, math::nan<T>, math::nan<T>},
      {"erfc", math::erfc<T>, T(0), 1},
      {"erfc", math::erfc<T>, -T(0), 1},
      {"erfc", math::erfc<T>, inf<T>, 0},
      {"erfc", math::erfc<T>, largest, 0},
      {"erfc", math::erfc<T>, -inf<T>, 2},
      {"erfc", math::erfc<T>, math::nan<T>, math::nan<T>},
      {"sqrt", math::sqrt<T>, -T(0), -T(0)},
      {"sqrt", math::sqrt<T>, inf<T>, inf<T>},
      {"sqrt", math::sqrt<T>, T(-1), math::nan<T>},
      {"rsqrt", math::rsqrt<T>, T(0), inf<T>},
      {"rsqrt", math::rsqrt<T>, -T(0), -inf<T>},
      {"rsqrt", math::rsqrt<T>, inf<T>, 0},
      {"rsqrt", math::rsqrt<T>, T(-1), math::nan<T>},
      {"sin", math::sin<T>, T(0), 0},
      {"sin", math::sin<T>, -T(0), -T(0)},
      {"sin", math::sin<T>, inf<T>, math::nan<T>},
      {"cos", math::cos<T>, T(0), 1},
      {"cos", math::cos<T>, -inf<T>, math::nan<T>},
      {"abs", math::abs<T>, -T(0), 0},
      {"abs", math::abs<T>, -inf<T>, inf<T>},
      {"floor", math::floor<T>, -T(0), -T(0)},
      {"floor", math::floor<T>, T(-0.5), -1},
      {"floor", math::floor<T>, largest, largest},
      {"floor", math::floor<T>, -inf<T>, -inf<T>},
      {"round", math::round<T>, T(0.5), 0},
      {"round", math::round<T>, T(-0.5), -T(0)},
      {"round", math::round<T>, T(1.5), 2},
      {"round", math::round<T>, T(2.5), 2},
      {"round", math::round<T>, math::nan<T>, math::nan<T>},
  };
  for (const auto& [name, call, x, expected] : rows) {
    const T y = call(x);
    BOOST_TEST(same(y, expected), name << "(" << x << ") is " << y << ", not " << expected);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(pow_has_the_special_values_of_c, T, reals) {
  constexpr T smallest = std::numeric_limits<T>::denorm_min(), largest = std::numeric_limits<T>::max();
  constexpr T odd = math::first_integral<T> + 1;
  std::vector<T> values{0, T(0.5), 1, 2, T(2.5), 3, odd, 2 * odd, largest, smallest, inf<T>, math::nan<T>};
  for (std::size_t i = 0, count = values.size(); i < count; ++i) values.push_back(-values[i]);
  for (T x : values)
    for (T y : values) {
      const T power = math::pow(x, y), expected = std::pow(x, y);
      const bool exact = !std::isfinite(expected) || expected == 0 || expected == 1;
      BOOST_TEST((exact ? same(power, expected) : ulp_error<T>(power, expected) <= 2),
                 "pow(" << x << ", " << y << ") is " << power << ", not " << expected);
    }
}
