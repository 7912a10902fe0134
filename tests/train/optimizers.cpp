// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE optimizers
#include "runtime/refused.hpp"

#include <weft/run/pool.hpp>
#include <weft/train/adamw.hpp>
#include <weft/train/gradients.hpp>
#include <weft/train/schedule.hpp>
#include <weft/train/sgd.hpp>
#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <vector>

namespace net {
using namespace weft;
constexpr axis<"row"> row;
constexpr axis<"column"> column;
template <class T> struct layer {
  BOOST_HANA_DEFINE_STRUCT(layer, (T, weight), (T, bias));
};
constexpr layer<axes> layer_axes{.weight = {row, column}, .bias = {column}};
constexpr auto quadratic = [](const layer<expr>& w, const layer<expr>& goal) {
  const expr a = w.weight - goal.weight, b = w.bias - goal.bias;
  return sum(a * a, {row, column}) + 4 * sum(b * b, {column});
};
constexpr auto slope = compile(value_and_grad(quadratic), params<"w", layer_axes>, params<"goal", layer_axes>);
} // namespace net
using namespace net;

namespace {
using reals = std::tuple<float, double>;

/// Sizes that leave a part of a packet and of a strip over.
template <class T> layer<tensor<T>> random(std::uint64_t seed, long rows = 131, long columns = 257) {
  return {.weight = normal(tensor<T>(row(rows), column(columns)), seed),
          .bias = normal(tensor<T>(column(columns)), seed + 1000)};
}
template <class T> std::vector<double> flat(const layer<tensor<T>>& x) {
  std::vector<double> v;
  each_leaf([&](const auto& t) { v.insert(v.end(), t.begin(), t.end()); }, x);
  return v;
}
/// The definitions as they stand in the papers, element by element, in double.
struct plain {
  std::vector<double> w, m, v;
  std::size_t decayed; ///< so many elements belong to parameters of rank 2
  plain(std::vector<double> start, std::size_t n) : w(std::move(start)), m(w.size()), v(w.size()), decayed(n) {}
  void adamw(const std::vector<double>& g, const adamw_options& o, int t) {
    for (std::size_t i = 0; i < w.size(); i++) {
      m[i] = o.beta1 * m[i] + (1 - o.beta1) * g[i];
      v[i] = o.beta2 * v[i] + (1 - o.beta2) * g[i] * g[i];
      const double m_hat = m[i] / (1 - std::pow(o.beta1, t)), v_hat = v[i] / (1 - std::pow(o.beta2, t));
      w[i] -= o.rate * (m_hat / (std::sqrt(v_hat) + o.epsilon) + (i < decayed ? o.decay * w[i] : 0));
    }
  }
  void sgd(const std::vector<double>& g, const sgd_options& o) {
    for (std::size_t i = 0; i < w.size(); i++) {
      v[i] = o.momentum * v[i] + g[i];
      w[i] -= o.rate * ((o.nesterov ? g[i] + o.momentum * v[i] : v[i]) + (i < decayed ? o.decay * w[i] : 0));
    }
  }
};
double furthest(const std::vector<double>& a, const std::vector<double>& b) {
  double m = 0;
  for (std::size_t i = 0; i < a.size(); i++) m = std::max(m, std::abs(a[i] - b[i]) / (1 + std::abs(b[i])));
  return m;
}
} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(adamw_follows_its_equations, T, reals) {
  const adamw_options o{.rate = 0.01, .beta1 = 0.8, .beta2 = 0.95, .decay = 0.1};
  auto w = random<T>(1);
  plain expected(flat(w), 131 * 257);
  adamw optimizer(w, o);
  for (int t = 1; t <= 20; t++) {
    const auto g = random<T>(static_cast<std::uint64_t>(t + 1));
    optimizer.step(w, g);
    expected.adamw(flat(g), o, t);
  }
  BOOST_TEST(furthest(flat(w), expected.w) < 100 * std::numeric_limits<T>::epsilon());
  BOOST_TEST(furthest(flat(optimizer.mean()), expected.m) < 100 * std::numeric_limits<T>::epsilon());
  BOOST_TEST(furthest(flat(optimizer.square()), expected.v) < 100 * std::numeric_limits<T>::epsilon());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(sgd_follows_its_equations, T, reals) {
  for (const sgd_options& o : {sgd_options{.rate = 0.05}, sgd_options{.rate = 0.05, .momentum = 0.9},
                               sgd_options{.rate = 0.05, .momentum = 0.9, .nesterov = true, .decay = 0.1}}) {
    auto w = random<T>(1);
    plain expected(flat(w), 131 * 257);
    sgd optimizer(w, o);
    for (int t = 1; t <= 20; t++) {
      const auto g = random<T>(static_cast<std::uint64_t>(t + 1));
      optimizer.step(w, g);
      expected.sgd(flat(g), o);
    }
    BOOST_TEST(furthest(flat(w), expected.w) < 100 * std::numeric_limits<T>::epsilon());
  }
}

BOOST_AUTO_TEST_CASE(steps_in_closed_form) {
  // The first step of Adam is the rate, against the sign of the gradient, whatever its size.
  layer<tensor<double>> w{.weight = tensor<double>::from({1, 2}, row(1), column(2)),
                          .bias = tensor<double>::from({3, 4}, column(2))};
  layer<tensor<double>> g{.weight = tensor<double>::from({1e-3, -50}, row(1), column(2)),
                          .bias = tensor<double>::from({0, 7}, column(2))};
  adamw adam(w, {.rate = 0.125, .epsilon = 0, .decay = 0});
  g.bias[0] = 1e-30;
  adam.step(w, g);
  const double expected[]{0.875, 2.125, 2.875, 3.875};
  for (std::size_t i = 0; i < 4; i++) BOOST_TEST(std::abs(flat(w)[i] - expected[i]) < 1e-14);
  // Without a gradient only decay acts, and on the matrix alone.
  layer<tensor<double>> still{.weight = tensor<double>(row(1), column(2)), .bias = tensor<double>(column(2))}, x = w;
  adamw decays(x, {.rate = 0.5, .decay = 0.5});
  decays.step(x, still);
  BOOST_TEST(x.weight[0] == 0.75 * w.weight[0]);
  BOOST_TEST((x.bias == w.bias));
  // Also where nothing is added to the root of the mean square, which is 0.
  adamw stays(x, {.epsilon = 0, .decay = 0});
  const auto before = flat(x);
  stays.step(x, still);
  BOOST_TEST(flat(x) == before, boost::test_tools::per_element());
  // A constant gradient g with momentum m: after n steps the velocity is g (1 - m^n) / (1 - m).
  sgd heavy(x, {.rate = 0, .momentum = 0.5});
  for (int i = 0; i < 10; i++) heavy.step(x, g);
  BOOST_TEST(std::abs(heavy.velocity().weight[1] / (-50 * (1 - std::pow(0.5, 10)) / 0.5) - 1) < 1e-14);
}

BOOST_AUTO_TEST_CASE(bitwise_the_same_for_any_number_of_threads) {
  const int before = threads();
  std::vector<layer<tensor<float>>> ends;
  std::vector<double> norms;
  for (int n : {1, 2, 3}) {
    set_threads(n);
    auto w = random<float>(1, 300, 401);
    adamw a(w);
    sgd s(w, {.rate = 0.01, .momentum = 0.9});
    for (int t = 0; t < 5; t++) {
      auto g = random<float>(static_cast<std::uint64_t>(t + 9), 300, 401);
      norms.push_back(clip_by_global_norm(g, 1));
      a.step(w, g);
      s.step(w, g);
    }
    ends.push_back(std::move(w));
  }
  set_threads(before);
  for (std::size_t i : {1u, 2u}) BOOST_TEST((ends[i].weight == ends[0].weight && ends[i].bias == ends[0].bias));
  for (std::size_t i = 5; i < norms.size(); i++) BOOST_TEST(norms[i] == norms[i - 5]);
}

BOOST_AUTO_TEST_CASE(a_quadratic_is_minimised) {
  const auto goal = random<double>(5, 6, 7);
  const auto end = [&](auto make, int steps, double least = 1) {
    auto w = random<double>(6, 6, 7);
    auto optimizer = make(w);
    const warmup_cosine rate{.peak = optimizer.options.rate, .steps = steps, .least = least * optimizer.options.rate};
    for (int i = 0; i < steps; i++) {
      optimizer.options.rate = rate(i);
      optimizer.step(w, slope(w, goal).gradient);
    }
    return slope(w, goal).value.item();
  };
  BOOST_TEST(end([](auto& w) { return sgd(w, {.rate = 0.1}); }, 200) < 1e-20);
  BOOST_TEST(end([](auto& w) { return sgd(w, {.rate = 0.02, .momentum = 0.9}); }, 1000) < 1e-20);
  BOOST_TEST(end([](auto& w) { return sgd(w, {.rate = 0.02, .momentum = 0.9, .nesterov = true}); }, 1000) < 1e-20);
  BOOST_TEST(end([](auto& w) { return adamw(w, {.rate = 0.05, .decay = 0}); }, 2000, 0) < 1e-10);
}

BOOST_AUTO_TEST_CASE(a_schedule) {
  const warmup_cosine rate{.peak = 2, .warmup = 4, .steps = 104, .least = 0.5};
  BOOST_TEST(rate(0) == 0.5);
  BOOST_TEST(rate(3) == 2);
  BOOST_TEST(rate(4) == 2);
  BOOST_TEST(std::abs(rate(54) - 1.25) < 1e-15);
  BOOST_TEST(std::abs(rate(104) - 0.5) < 1e-15);
  BOOST_TEST(std::abs(rate(1000) - 0.5) < 1e-15);
  for (long i = 4; i < 104; i++) BOOST_TEST(rate(i + 1) < rate(i));
}

BOOST_AUTO_TEST_CASE(refusals) {
  auto w = random<float>(1, 2, 3);
  adamw a(w);
  auto other = random<float>(1, 3, 2);
  BOOST_TEST(refused([&] { a.step(w, other); }) ==
             "adamw: the gradient of a parameter [row=2, column=3] has [row=3, column=2]; both must have the same axes "
             "in the same order, and one precision");
  BOOST_TEST(
      refused([&] { norm(view(w.weight).slice(column, 0, 2)); }) ==
      "norm: the tensor [row=2, column=2] is a view with gaps, or in another order of axes than it lies in; give "
      "a dense tensor");
  BOOST_TEST(refused([&] { adamw(w, {.beta1 = 1}).step(w, w); }) ==
             "adamw: beta1 can't be 1; give a number from 0 on and below 1");
  a.options.beta2 = -1;
  BOOST_TEST(refused([&] { a.step(w, w); }) == "adamw: beta2 can't be -1; give a number from 0 on and below 1");
  BOOST_TEST(a.steps() == 0);
  BOOST_TEST(refused([&] { sgd(w, {.rate = std::nan("")}).step(w, w); }) ==
             "sgd: rate can't be nan; give a finite number that is 0 or more");
  layer<tensor<float>> unset;
  BOOST_TEST(refused([&] { norm(unset); }) == "norm: a tensor is unset; initialize it first");
  tensor<float> scalar(1.f), unset_gradient;
  adamw of_scalar(scalar);
  BOOST_TEST(refused([&] { of_scalar.step(scalar, unset_gradient); }) ==
             "adamw: the gradient of a parameter [] is unset; give it one of that shape first");
  using list = std::vector<tensor<double>>;
  list three(3, tensor<double>(row(2)));
  adamw of_three(three);
  BOOST_TEST(refused([&] { of_three.step(three, list{}); }) ==
             "structures that are walked together: a list has 3 members in the first and 0 in another; give them one "
             "length");
  for (auto [wrong, printed] : {std::pair{-1.0, "-1"}, {std::nan(""), "nan"}})
    BOOST_TEST(refused([&] { clip_by_global_norm(w, wrong); }) ==
               std::string("clip_by_global_norm: the largest norm can't be ") + printed + "; give 0 or more");
}

/// Norms of numbers whose squares overflow, or vanish.
BOOST_AUTO_TEST_CASE(norms_of_extreme_gradients) {
  for (const double size : {1e200, 1e-200, 5e-324, 1.0}) {
    tensor<double> g = fill(tensor<double>(row(4)), size);
    BOOST_TEST(std::abs(norm(g) / (2 * size) - 1) < 1e-15, size);
    if (size < 1) continue;
    clip_by_global_norm(g, 1);
    BOOST_TEST(std::abs(g[3] - 0.5) < 1e-15, size);
  }
  tensor<float> large = fill(tensor<float>(row(4)), 1e38f); // times 5e-44, which is no normal number
  clip_by_global_norm(large, 1e-5);
  BOOST_TEST(std::abs(large[0] / 5e-6f - 1) < 1e-6f);
  BOOST_TEST(norm(tensor<double>(row(4))) == 0);
  BOOST_TEST(norm(fill(tensor<double>(row(4)), infinity)) == infinity);
}
