// SPDX-License-Identifier: BSL-1.0
/// The functions of weft::math of one variable against the C library in long double.
#define BOOST_TEST_MODULE math
#include <kernel/numbers.hpp>

#include <boost/test/unit_test.hpp>

#include <numbers>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

using namespace support;

namespace {
/// A function of one variable: where it is interesting, how wrong it may be, itself, and how to compute it well.
template <class Eval, class Exact>
struct function {
  std::string name;
  double low, high;
  double float_bound, double_bound; ///< as documented
  Eval eval;
  Exact exact;
};

// clang-format off
const std::tuple functions{
    function{"exp", -750, 720, 1.1, 1.1, [](auto x) { return math::exp(x); }, [](wide x) { return std::exp(x); }},
    function{"exp2", -1080, 1030, 1.3, 1.3, [](auto x) { return math::exp2(x); }, [](wide x) { return std::exp2(x); }},
    function{"expm1", -40, 2, 1.9, 1.8, [](auto x) { return math::expm1(x); }, [](wide x) { return std::expm1(x); }},
    function{"log", 0, 3, 0.9, 0.9, [](auto x) { return math::log(x); }, [](wide x) { return std::log(x); }},
    function{"log1p", -1, 2, 1.5, 1.5, [](auto x) { return math::log1p(x); }, [](wide x) { return std::log1p(x); }},
    function{"tanh", -10, 10, 1.4, 1.4, [](auto x) { return math::tanh(x); }, [](wide x) { return std::tanh(x); }},
    function{"sigmoid", -750, 40, 2.4, 1.9, [](auto x) { return math::sigmoid(x); },
             [](wide x) { return 1 / (1 + std::exp(-x)); }},
    function{"erf", -6, 6, 2.0, 1.6, [](auto x) { return math::erf(x); }, [](wide x) { return std::erf(x); }},
    function{"erfc", -6, 28, 1.3, 1.2, [](auto x) { return math::erfc(x); }, [](wide x) { return std::erfc(x); }},
    function{"sqrt", 0, 10, 0.5, 0.5, [](auto x) { return math::sqrt(x); }, [](wide x) { return std::sqrt(x); }},
    function{"rsqrt", 0, 10, 1.5, 1.5, [](auto x) { return math::rsqrt(x); }, [](wide x) { return 1 / std::sqrt(x); }},
    function{"sin", -100, 100, 1.6, 1.6, [](auto x) { return math::sin(x); }, [](wide x) { return std::sin(x); }},
    function{"cos", -100, 100, 1.6, 1.6, [](auto x) { return math::cos(x); }, [](wide x) { return std::cos(x); }},
    function{"abs", -10, 10, 0, 0, [](auto x) { return math::abs(x); }, [](wide x) { return std::fabs(x); }},
    function{"floor", -10, 10, 0, 0, [](auto x) { return math::floor(x); }, [](wide x) { return std::floor(x); }},
    function{"round", -10, 10, 0, 0, [](auto x) { return math::round(x); }, [](wide x) { return std::nearbyint(x); }},
};
// clang-format on

template <class Visit>
void for_each_function(Visit visit) {
  std::apply([&](const auto&... f) { (visit(f), ...); }, functions);
}

/// Arguments for a function of interest on [low, high]: the whole line evenly in the exponent, the interval evenly and
/// at random, both sides of every multiple of pi/2 in reach of the reduction, halves and integers, infinities and NaN.
template <class T>
std::vector<T> arguments(double low, double high) {
  std::mt19937_64 random(20);
  std::vector<T> xs;
  const auto around = [&](T x) { xs.insert(xs.end(), {std::nextafter(x, -inf<T>), x, std::nextafter(x, inf<T>)}); };
  const lane_int<T> step = bits_as<lane_int<T>>(inf<T>) / (std::is_same_v<T, float> ? 1 << 19 : 1 << 17);
  for (lane_int<T> bits = 0; bits <= bits_as<lane_int<T>>(inf<T>) - step; bits += step)
    xs.insert(xs.end(), {bits_as<T>(bits), -bits_as<T>(bits)});
  for (int i = 0; i < 60'000; ++i) {
    xs.push_back(static_cast<T>(low + (high - low) * i / 60'000));
    xs.push_back(uniform<T>(random, low, high));
    xs.push_back(random_bits<T>(random));
  }
  const double turns = std::is_same_v<T, float> ? 63'000 : 6.3e8;
  for (int i = 0; i < 20'000; ++i)
    around(
        static_cast<T>(std::floor(i < 2'000 ? i : uniform<double>(random, 0, turns)) * (std::numbers::pi_v<wide> / 2)));
  for (int i = -64; i <= 64; ++i) around(static_cast<T>(i * 0.5));
  for (T x : {math::exp_highest<T>, math::exp_lowest<T>, math::first_integral<T>, math::first_integral<T> / 2})
    around(x);
  xs.insert(xs.end(), {inf<T>, -inf<T>, math::nan<T>});
  xs.resize((xs.size() / lanes<T> + 1) * lanes<T>);
  return xs;
}
} // namespace

BOOST_AUTO_TEST_CASE(the_measure_of_error_measures) {
  BOOST_TEST(ulp_error(1.0f, 1.0L) == 0);
  BOOST_TEST(ulp_error(std::nextafter(1.0f, 2.0f), 1.0L) == 1);
  BOOST_TEST(ulp_error(1.0, 1.0L + 0x1p-53L) == 0.5);
  BOOST_TEST(ulp_error(0.0f, 1e-40L) == 0);
  BOOST_TEST(ulp_error(0x1p-126f, 0x1.8p-126L) == 0x1p22);
  BOOST_TEST(ulp_error(0.0f, 0x1p-126L) == 0x1p23);
  BOOST_TEST(ulp_error(math::nan<float>, 1.0L) == inf<double>);
  BOOST_TEST(ulp_error(1.0f, 1e300L) == inf<double>);
  BOOST_TEST(ulp_error(inf<float>, 1e300L) == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(functions_keep_their_error_bound_in_every_lane, T, reals) {
  for_each_function([](const auto& f) {
    double worst = 0;
    T at = 0;
    int different = 0;
    const std::vector<T> xs = arguments<T>(f.low, f.high);
    for (std::size_t i = 0; i < xs.size(); i += lanes<T>) {
      const packet<T> ys = f.eval(load(&xs[i]));
      for (int lane = 0; lane < lanes<T>; ++lane) {
        const T x = xs[i + lane], y = f.eval(x);
        different += !same<T>(ys[lane], y);
        if (const double error = ulp_error(y, f.exact(x)); error > worst) worst = error, at = x;
      }
    }
    const double bound = std::is_same_v<T, float> ? f.float_bound : f.double_bound;
    BOOST_TEST_MESSAGE(f.name << ": " << worst << " ulp at " << at);
    BOOST_TEST(worst <= bound, f.name << " is off by " << worst << " ulp at " << at);
    BOOST_TEST(different == 0, f.name << " differs from its packet form in " << different << " lanes");
  });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(exp_of_what_was_lowered_is_as_exact_as_its_operand, T, reals) {
  double worst = 0;
  T at = 0;
  int different = 0;
  constexpr T infinite = std::is_same_v<T, float> ? T(88.3) : T(709.4); // a little below where it is
  const std::vector<T> xs = arguments<T>(-1.02 * infinite, infinite);
  for (std::size_t i = 0; i < xs.size(); i += lanes<T>) {
    const packet<T> ys = math::exp_lowered(load(&xs[i]));
    for (int lane = 0; lane < lanes<T>; ++lane) {
      const T x = xs[i + lane], y = math::exp_lowered(x);
      different += !same<T>(ys[lane], y);
      if (!(x <= infinite)) continue;
      const double error = ulp_error(y, std::exp(wide(x))) / (1.3 + std::abs(double(x)) * (has_fma ? 0.25 : 1.25));
      if (error > worst) worst = error, at = x;
    }
  }
  BOOST_TEST(worst <= 1, "exp_lowered is off by " << worst << " times its bound at " << at);
  BOOST_TEST(different == 0, "exp_lowered differs from its packet form in " << different << " lanes");
}
