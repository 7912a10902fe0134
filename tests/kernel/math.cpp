// SPDX-License-Identifier: BSL-1.0
/// The functions of weft::math against the C library in long double, and the packet helpers that they are written with.
#define BOOST_TEST_MODULE math
#include <weft/kernel/math.hpp>

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace {

using namespace weft;
using reals = boost::mpl::list<float, double>;
using wide = long double;

template <class T>
constexpr T inf = std::numeric_limits<T>::infinity();

/// Equal to the last bit, the sign of a zero included; all NaN are one.
template <class T>
bool same(T a, T b) {
  return (std::isnan(a) && std::isnan(b)) || bits_as<lane_int<T>>(a) == bits_as<lane_int<T>>(b);
}

/// How far `result` is from `exact`, in units of the last digit that T has there. A result in the subnormal range may
/// be flushed to 0; infinities and NaN have to be met.
template <class T>
double ulp_error(T result, wide exact) {
  const T wanted = static_cast<T>(exact);
  if (std::isnan(wanted) || std::isnan(result) || std::isinf(wanted) || std::isinf(result))
    return (std::isnan(wanted) && std::isnan(result)) || wanted == result ? 0 : inf<double>;
  constexpr wide smallest = std::numeric_limits<T>::min();
  const wide magnitude = std::fabs(exact);
  if (magnitude < smallest && result == 0) return 0;
  const int exponent = std::ilogb(std::max(magnitude, smallest));
  return double(std::fabs(result - exact) / std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits + 1));
}

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

/// Any bit pattern: all magnitudes, both signs, NaN.
template <class T>
T random_bits(std::mt19937_64& random) {
  return bits_as<T>(static_cast<lane_int<T>>(random()));
}
template <class T>
T uniform(std::mt19937_64& random, double low, double high) {
  return static_cast<T>(std::uniform_real_distribution<double>(low, high)(random));
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

/// Every number of the format, what lies halfway to the next, and both neighbours of that.
template <class F, class T>
void every_number_of() {
  constexpr int fraction = F::digits - 1;
  const auto step = [](int i) { // from number i to the next
    return std::ldexp(T(1), std::max(i >> fraction, 1) - 1 + F::lowest_exponent - fraction);
  };
  const auto number = [&](int i) {
    const int rest = i & ((1 << fraction) - 1);
    return static_cast<T>(i >> fraction ? (1 << fraction) + rest : rest) * step(i);
  };
  const int count = (F::highest_exponent - F::lowest_exponent + 2) << fraction; // of it and beyond: infinite
  const auto rounded = [](T x, T expected) {
    packet<T> xs = broadcast<packet<T>>(x);
    xs[0] = -x;
    const packet<T> ys = math::round_to<F>(xs);
    const bool right = same<T>(ys[0], -expected) && same<T>(ys[1], expected) && same(math::round_to<F>(x), expected);
    BOOST_REQUIRE_MESSAGE(right, x << " is rounded to " << ys[1] << ", not " << expected);
  };
  for (int i = 0; i < count; ++i) {
    const T here = number(i), next = i + 1 < count ? number(i + 1) : inf<T>;
    const T halfway = here + step(i) / 2;
    rounded(here, here);
    rounded(halfway, i % 2 ? next : here);
    rounded(std::nextafter(halfway, T(0)), here);
    rounded(std::nextafter(halfway, inf<T>), next);
  }
  rounded(inf<T>, inf<T>);
  rounded(std::numeric_limits<T>::max(), inf<T>);
  BOOST_TEST(std::isnan(math::round_to<F>(math::nan<T>)));
}
BOOST_AUTO_TEST_CASE_TEMPLATE(rounding_to_shorter_formats, T, reals) {
  every_number_of<bfloat16, T>();
  every_number_of<float16, T>();
}

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
    BOOST_TEST(horizontal_min(low) == -5);
    BOOST_TEST(horizontal_max(high) == 99);
    BOOST_TEST(std::isnan(horizontal_min(hole)));
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
