// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE without_data

#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace weft;

namespace {
constexpr axis<"n"> n;
constexpr axis<"m"> m;
constexpr axis<"w", 4> w;
constexpr axis<"v", 2> v;
constexpr auto x_arg = arg<"x">(n, w);

tensor<double> some() { return normal(tensor<double>(n(3), w), 1); }
/// The plan against the plain loops.
template <class F> void agrees(const char* what, F f) {
  const auto p = build(f, x_arg);
  const tensor<double> x = some();
  const closeness c = close(p(x), p.reference(x), {.rtol = 1e-14, .atol = 1e-14});
  BOOST_TEST(bool(c), what << ": " << c.text());
}
template <class F> std::string error_of(F f) {
  try {
    build(f, x_arg);
  } catch (const error& e) { return e.what(); }
  return "none";
}
} // namespace

/// What reads the memory of a value that indices alone make comes after what writes it.
BOOST_AUTO_TEST_CASE(views_of_indices_are_stored_before_they_are_read) {
  agrees("flip times x", [](expr x) { return flip(index(w), w) * x; });
  agrees("beside what it flips", [](expr x) { return where(flip(index(w), w) > index(w), x, 0); });
  agrees("unbound", [](expr x) { return x - flip(index(n), n) * 0.1; });
  agrees("a product", [](expr x) { return contract(flip(index(w), w), x, w); });
  agrees("of a flip", [](expr x) { return 2 * at(flip(2 * at(index(n)), n)) * x; });
  agrees("a chain", [](expr x) { return exp(flip(exp(0.1 * at(index(n))), n)) * x; });
  agrees("a sum", [](expr x) { return sum(flip(index(w) * 2, w), w) * x; });
  agrees("a gradient",
         [](expr x) { return grad([](expr x) { return sum(flip(2 * at(x), n) * at(index(n)), {n, w}); })(x); });
}

/// What is wrong with a composite is said also where no traced value has been met yet.
BOOST_AUTO_TEST_CASE(composites_of_indices_alone_are_refused) {
  static constexpr axis<"odd", 3> odd;
  BOOST_TEST(error_of([](expr) {
               return rope(index(n) + index(odd), index(n), odd);
             }).find("needs an even, static extent") != std::string::npos);
  BOOST_TEST(error_of([](expr x) {
               return scaled_dot_product_attention(index(n) + index(w), x, x, n, w, {.causal = n});
             }).find("the causal axis is that of the keys") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(numbers_and_indices_are_broadcast) {
  const auto p = build(
      [](expr x) {
        return std::tuple(broadcast(1.5, {w}) + 0.0 * at(sum(x, {n, w})),
                          broadcast(index(w), {n, w}) * at(sum(x, {n, w})), contract(x, broadcast(1.0, {w}), w),
                          sum(broadcast(extent(n), {n}), n) * at(sum(x, {n, w})));
      },
      x_arg);
  const tensor<double> x = tensor<double>::from({1, 2, 3, 4, 5, 6, 7, 8}, n(2), w);
  const auto [ones, places, sums, square] = p(x);
  BOOST_TEST(ones.ax() == axes({w}));
  BOOST_TEST(places.ax() == axes({n, w}));
  for (long i = 0; i < 4; i++) BOOST_TEST(ones[i] == 1.5);
  for (long i = 0; i < 8; i++) BOOST_TEST(places[i] == 36.0 * double(i % 4));
  BOOST_TEST(sums[0] == 10);
  BOOST_TEST(sums[1] == 26);
  BOOST_TEST(square[0] == 2 * 2 * 36);
}

BOOST_AUTO_TEST_CASE(products_take_numbers_and_indices) {
  agrees("einsum with an index", [](expr x) { return einsum({n}, x, index(w)) - at(contract(x, index(w), w)); });
  agrees("einsum with a number", [](expr x) { return einsum({n}, x, 2.0); });
  agrees("matmul", [](expr x) { return matmul(x, 1.0 * at(index(w)) * index(v)); });
  const auto p = build(
      [](expr x) {
        return std::tuple(einsum({n}, x, index(w)), einsum({n}, 2, x), matmul(x, 1.0 * at(index(w)) * index(v)));
      },
      x_arg);
  const auto [weighed, twice, both] = p(tensor<double>::from({1, 2, 3, 4}, n(1), w));
  BOOST_TEST(weighed[0] == 20);
  BOOST_TEST(twice[0] == 20);
  BOOST_TEST((both.ax() == axes{n, v} && both[0] == 0 && both[1] == 20));
}

/// Numbers of any integral type are integers, true and false booleans.
BOOST_AUTO_TEST_CASE(literals_have_kinds) {
  const auto p = build(
      [](expr x) {
        const expr both = x > 1.0 && true, either = where(x > 2.0, true, false);
        return std::tuple(x * std::size_t(2) + 3L, where(both, x, -1), where(either, x, -1), where(false, x, 7u));
      },
      x_arg);
  const auto [y, above, far, none] = p(tensor<double>::from({1, 2, 3, 4}, n(1), w));
  for (long i = 0; i < 4; i++) {
    BOOST_TEST(y[i] == 2 * double(i + 1) + 3);
    BOOST_TEST(above[i] == (i > 0 ? double(i + 1) : -1));
    BOOST_TEST(far[i] == (i > 1 ? double(i + 1) : -1));
    BOOST_TEST(none[i] == 7);
  }
}

/// Means, norms and squares of integers are larger than integers.
BOOST_AUTO_TEST_CASE(measures_of_integers_are_reals) {
  const auto p = build(
      [](expr x) {
        return std::tuple(mean(index(n), n) + 0 * at(sum(x, n)), norm(index(n), n) + 0 * at(sum(x, n)),
                          mse(where(x > 0, 0, 50000), 0));
      },
      arg<"x">(n));
  const auto [middle, length, square] = p(tensor<float>(n(100000)));
  BOOST_TEST(middle[0] == 49999.5, boost::test_tools::tolerance(1e-5));
  BOOST_TEST(length[0] == std::sqrt(1e15 / 3), boost::test_tools::tolerance(1e-4));
  BOOST_TEST(square[0] == 2.5e9, boost::test_tools::tolerance(1e-4));
}

BOOST_AUTO_TEST_CASE(a_literal_seeds_every_distribution) {
  const auto p = build([](expr x) { return normal(3, {n, w}) + 0.0 * at(x); }, x_arg);
  const tensor<double> y = p(some());
  BOOST_TEST(y[0] != y[1]);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_said_names_the_op_and_the_remedy) {
  const std::string traced = "needs a traced value: combine its operand with one first";
  BOOST_TEST(error_of([](expr x) { return rename(index(w), w, m) * at(sum(x, w)); }).find("rename: " + traced) == 0);
  BOOST_TEST(
      error_of([](expr x) { return broadcast(index(w), {n}) * at(x); }).find("broadcast: the wanted axes lack w") == 0);
  BOOST_TEST(error_of([](expr x) { return print(1.0, "one") * at(x); }).find("print: needs a traced value") == 0);
  BOOST_TEST(error_of([](expr x) {
               expr r = 0;
               for (int i = 0; i < 40; i++) r = r + index(n) * i;
               return r * at(x);
             }).find("an expression without traced values has more than 32 nodes") != std::string::npos);
  BOOST_TEST(error_of([](expr x) {
               expr s;
               return s * at(x);
             }).find("an expression that was given no value is used") != std::string::npos);
  BOOST_TEST(error_of([](expr x) {
               expr s;
               return s * 2 * at(x);
             }).find("an expression that was given no value is used") != std::string::npos);
  BOOST_TEST(error_of([](expr) { return expr(); }).find("an expression that was given no value is used") !=
             std::string::npos);
  BOOST_TEST(error_of([](expr x) { return mean(x, {n, n}); }).find("an axis is named twice: n") != std::string::npos);
  BOOST_TEST(error_of([](expr x) { return dropout(x, 1.5, 3); }).find("the rate must lie between 0 and 1") !=
             std::string::npos);
  BOOST_TEST(error_of([](expr x) { return cross_entropy(x, sum(x, w), w); }).find("the targets must be integers") !=
             std::string::npos);
  BOOST_TEST(error_of([](expr x) {
               return cross_entropy(x, where(x > 0, 1, 0), w);
             }).find("the targets have the axis of the classes: w") != std::string::npos);
  BOOST_TEST(error_of([](expr x) {
               return cross_entropy(x, 1, w, {.smoothing = -0.5});
             }).find("the smoothing must lie between 0 and 1") != std::string::npos);
  BOOST_TEST(error_of([](expr x) {
               return one_hot(x, v);
             }).find("one_hot: the numbers of the places must be integers") != std::string::npos);
  BOOST_TEST(error_of([](expr x) { return contract(x, x, {w, w}); }).find("an axis is named twice: w") !=
             std::string::npos);
  BOOST_TEST(error_of([](expr x) { return mse(index(w) * 1.0, 2.0) * at(x); }).find("sum: needs a traced value") == 0);
}
