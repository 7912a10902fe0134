// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE without_data

#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

using namespace weft;

namespace {
constexpr axis<"n"> n;
constexpr axis<"m"> m;
constexpr axis<"w", 4> w;
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
}
