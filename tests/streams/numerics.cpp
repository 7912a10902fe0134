// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE streams_numerics
#include "streams/numerics.hpp"

#include <weft/run/blas.hpp>

#include <boost/test/unit_test.hpp>

/// Streamed attention in the corners of the numbers: what is large, small or no number, and how close float comes to
/// double.
using namespace demo;

/// Sums of exponentials that nothing was subtracted from are large, their squares larger: quotients by them stay apart.
BOOST_AUTO_TEST_CASE(exponentials_of_large_scores_by_hand) {
  const auto attention = [](expr q, expr k, expr v) {
    const expr p = exp(scores(q, k, d));
    return contract(p / at(sum(p, key)), v, key);
  };
  const auto p = build(with_gradients(attention), q_arg, k_arg, v_arg);
  BOOST_TEST(!p.materializes(query, key));
  const inputs<float> x(1, 100, 100, 15); // scores up to 60, where exp is 1e26
  const auto got = p(x.q, x.k, x.v), want = p.reference(x.q, x.k, x.v);
  BOOST_TEST(finite(want));
  BOOST_TEST(apart(got, want) < 1e-4);
}
/// A space without pairs: sums of nothing are 0, whatever they are divided by afterwards.
BOOST_AUTO_TEST_CASE(quotients_of_sums_of_nothing) {
  const auto by_hand = [](expr q, expr k, expr v) {
    const expr p = exp(scores(q, k, d));
    return contract(p / at(sum(p, key)), v, key);
  };
  const auto entropy = [](expr q, expr k, expr) {
    const expr s = scores(q, k, d);
    return -sum(softmax(s, key) * at(log_softmax(s, key)), key);
  };
  const inputs<double> x(2, 9, 0);
  const auto zeros = [&](auto f) {
    const auto p = build(with_gradients(f), q_arg, k_arg, v_arg);
    BOOST_TEST(!p.materializes(query, key));
    const auto got = p(x.q, x.k, x.v);
    BOOST_TEST(finite(got));
    BOOST_TEST(apart(got, p.reference(x.q, x.k, x.v)) == 0);
  };
  zeros(by_hand), zeros(entropy);
}
/// Live values and keys of any size: large scores of either sign, and none.
BOOST_AUTO_TEST_CASE(live_values_that_are_extreme) {
  const auto p = build(with_gradients([](expr q, expr k, expr v) { return attend(causal(scores(q, k, d)), v); }), q_arg,
                       k_arg, v_arg);
  for (const double extreme : {1e15, -1e15, 5e-324, 1e-310}) {
    inputs<double> x(1, 150, 150);
    for (long j = 0; j < 16; j += 5) x.v[40 * 16 + j] = extreme; // a value that the queries from 40 on see
    BOOST_TEST(apart(p(x.q, x.k, x.v), p.reference(x.q, x.k, x.v)) < 1e-12, extreme);
    inputs<double> y(1, 150, 150);
    y.k[130 * 16] = extreme;
    BOOST_TEST(apart(p(y.q, y.k, y.v), p.reference(y.q, y.k, y.v)) < 1e-12, extreme);
  }
}

/// A live bias that is no finite number: what a row becomes is what it becomes without tiles.
BOOST_AUTO_TEST_CASE(live_scores_that_are_not_finite) {
  const auto p = build([](expr q, expr k, expr v, expr bias) { return attend(causal(scores(q, k, d) + bias), v); },
                       q_arg, k_arg, v_arg, arg<"bias">(query, key));
  const inputs<double> x(1, 150, 150);
  for (const double extreme : {1e15, -1e15, 5e-324, infinity, -infinity, no_number}) {
    tensor<double> bias = normal(tensor<double>(query(150), key(150)), 5);
    for (const long i : {3, 60, 149}) bias[i * 150 + i / 2] = extreme;
    BOOST_TEST(apart(p(x.q, x.k, x.v, bias), p.reference(x.q, x.k, x.v, bias)) < 1e-12, extreme);
  }
}

/// A row whose every score is one large number has equal weights, whatever number that is.
BOOST_AUTO_TEST_CASE(rows_of_one_large_score) {
  using use = expr (*)(const expr& p, const expr& v);
  const use uses[]{
      [](const expr& p, const expr& v) { return contract(p, v, key); },
      [](const expr& p, const expr& v) { return contract(dropout(p, 0.3, 5), v, key); },
      [](const expr& p, const expr& v) { return contract(p * p, v, key); },
      [](const expr& p, const expr& v) { return contract(where(index(key) < 80, p, 0.0), v, key); },
      [](const expr& p, const expr& v) { return contract(p, v, key) * at(sum(p * at(p * p), key)); },
  };
  for (const use& f : uses)
    for (const bool added : {false, true}) {
      const auto filled_with = [&](double fill) {
        const auto p = build(with_gradients([=](expr q, expr k, expr v) {
                               const expr s = scores(q, k, d);
                               const expr filled = where(index(query) < 70 || index(key) > at(index(query)), fill, s);
                               const expr of_rows = where(index(query) < 70, fill, 0.0);
                               return f(softmax(added ? 0.0 * at(s) + at(of_rows) : filled, key), v);
                             }),
                             q_arg, k_arg, v_arg);
        BOOST_TEST(!p.materializes(query, key));
        const inputs<float> x(1, 150, 300);
        return p(x.q, x.k, x.v);
      };
      const auto want = filled_with(-1e4);
      for (const double fill : {-1e9, -1e15, -1e38}) // twice as much is still a float
        BOOST_TEST(apart(filled_with(fill), want) < 1e-5, fill << " by use " << &f - uses << added);
      if (&f == uses) BOOST_TEST(apart(filled_with(-3e38), want) < 1e-5, added);
    }
}

/// What a mask hides after the exponential may be larger than all that it shows, and a row far away from 0.
BOOST_AUTO_TEST_CASE(masks_after_exponentials) {
  constexpr auto present_arg = arg<"present", boolean>(key);
  constexpr auto bias_arg = arg<"bias">(query);
  using form = expr (*)(const expr& s, const expr& v, const expr& present, const expr& bias);
  const form forms[]{
      [](const expr& s, const expr& v, const expr& present, const expr& bias) {
        return contract(where(present, softmax(s + bias, key), 0.0), v, key);
      },
      [](const expr& s, const expr& v, const expr& present, const expr& bias) {
        const expr p = where(present, softmax(s - bias, key), 0.0);
        return contract(p, v, key) / at(sum(p, key));
      },
      [](const expr& s, const expr& v, const expr& present, const expr&) {
        const expr e = where(present, exp(s), 0.0);
        return contract(e, v, key) / at(sum(e, key));
      },
      [](const expr& s, const expr& v, const expr& present, const expr&) {
        return contract(where(present && index(key) <= at(index(query)), exp(s), 0.0), v, key);
      },
      [](const expr& s, const expr& v, const expr&, const expr&) {
        return contract(where(s > 50.0, 0.0, exp(s)), v, key);
      },
  };
  tensor<bool> present(key(150));
  for (long j = 0; j < 150; j++) present[j] = j % 3 != 0;
  tensor<double> bias(query(70));
  for (long i = 0; i < 70; i++) bias[i] = i % 2 ? -900 : 900;
  for (const form& f : forms) {
    const auto value = [=](expr q, expr k, expr v, expr present, expr bias) {
      return f(scores(q, k, d), v, present, bias);
    };
    const auto gradients = [=](expr q, expr k, expr v, expr present, expr bias) {
      return with_gradients([=](expr q, expr k, expr v) { return value(q, k, v, present, bias); })(q, k, v);
    };
    const auto agrees = [&](const auto& p, double hidden) { // keys that score so high with the first query
      inputs<double> x(1, 70, 150);
      double size = 0;
      for (long i = 0; i < 16; i++) size += std::abs(x.q[i]) / 4;
      for (long j = 0; j < 150; j += 3)
        for (long i = 0; i < 16; i++) x.k[j * 16 + i] = (x.q[i] > 0 ? hidden : -hidden) / size;
      BOOST_TEST(!p.materializes(query, key));
      BOOST_TEST(apart(p(x.q, x.k, x.v, present, bias), p.reference(x.q, x.k, x.v, present, bias)) < 1e-10,
                 "form " << &f - forms << ", " << hidden);
    };
    agrees(build(gradients, q_arg, k_arg, v_arg, present_arg, bias_arg), 600);
    agrees(build(value, q_arg, k_arg, v_arg, present_arg, bias_arg), 2000); // its exponential is infinite
  }
}

/// The rounding errors of float programs against double ones: at most twice those of the plain
/// loops over the graph as it was written, which store all scores.
namespace demo {
/// The root of the mean squared difference over that of the right values.
template <class A, class B> double error_of(const A& mine, const B& right) {
  double far = 0, size = 0;
  for (long i = 0; i < right.size(); i++) {
    const double r = right[i], e = static_cast<double>(mine[i]) - r;
    far += e * e, size += r * r;
  }
  return std::sqrt(far / size);
}
template <class F> void float_is_as_close(const char* name, F f) {
  const auto streamed = build(with_gradients(f), q_arg, k_arg, v_arg);
  BOOST_TEST(!streamed.materializes(query, key), name);
  for (const auto& [queries, keys, size] :
       {std::tuple{64l, 64l, 1.0}, {300l, 300l, 1.0}, {300l, 300l, 10.0}, {600l, 600l, 3.0}}) {
    const inputs<float> x(1, queries, keys, size);
    inputs<double> y(1, queries, keys, size);
    for (long i = 0; i < x.q.size(); i++) y.q[i] = x.q[i];
    for (long i = 0; i < x.k.size(); i++) y.k[i] = x.k[i], y.v[i] = x.v[i];
    const auto exact = streamed.reference(y.q, y.k, y.v);
    const auto got = streamed(x.q, x.k, x.v), unfused = streamed.reference(x.q, x.k, x.v);
    const auto compare = [&](const char* what, const auto& mine, const auto& theirs, const auto& right) {
      const double error = error_of(mine, right), allowed = 2 * error_of(theirs, right);
      BOOST_TEST(error <= allowed, name << " " << queries << " x " << keys << ", scores of size " << size << ", "
                                        << what << ": " << error << " against " << allowed / 2);
    };
    compare("result", std::get<1>(got.value), std::get<1>(unfused.value), std::get<1>(exact.value));
    compare("dq", std::get<0>(got.gradient), std::get<0>(unfused.gradient), std::get<0>(exact.gradient));
    compare("dk", std::get<1>(got.gradient), std::get<1>(unfused.gradient), std::get<1>(exact.gradient));
    compare("dv", std::get<2>(got.gradient), std::get<2>(unfused.gradient), std::get<2>(exact.gradient));
  }
}
} // namespace demo
BOOST_AUTO_TEST_CASE(float_is_as_close_as_without_tiles) {
  float_is_as_close("full", [](expr q, expr k, expr v) { return attend(scores(q, k, d), v); });
  float_is_as_close("causal", [](expr q, expr k, expr v) { return attend(causal(scores(q, k, d)), v); });
  float_is_as_close("soft-cap",
                    [](expr q, expr k, expr v) { return attend(causal(10.0 * at(tanh(scores(q, k, d) / 10.0))), v); });
  float_is_as_close("by distance", [](expr q, expr k, expr v) {
    return attend(causal(scores(q, k, d) + 0.1 * at(index(key) - at(index(query)))), v);
  });
  float_is_as_close("sigmoid",
                    [](expr q, expr k, expr v) { return contract(sigmoid(scores(q, k, d) - 3.0), v, key) * 0.1; });
}

/// Squares of differences are not taken apart: what is far from 0 keeps its variance.
BOOST_AUTO_TEST_CASE(variances_of_large_numbers) {
  const auto p = build(
      [](expr q, expr k, expr v) {
        const expr w = softmax(scores(q, k, d), key), away = v - contract(w, v, key);
        return std::tuple(sum(w * away * away, key), sum(w * away * at(2 * at(contract(w, v, key) - v)), key));
      },
      q_arg, k_arg, v_arg);
  BOOST_TEST(!p.materializes(query, key));
  inputs<float> x(1, 20, 150);
  for (long i = 0; i < x.v.size(); i++) x.v[i] += 10000;
  const auto [got, doubled] = p(x.q, x.k, x.v);
  const auto [want, other] = p.reference(x.q, x.k, x.v);
  for (long i = 0; i < got.size(); i++) BOOST_REQUIRE(std::abs(got[i] - want[i]) < 2e-3f * want[i]);
  for (long i = 0; i < got.size(); i++) BOOST_REQUIRE(std::abs(doubled[i] - other[i]) < 4e-3f * want[i]);
}

/// Covariances neither.
BOOST_AUTO_TEST_CASE(covariances_of_large_numbers) {
  const auto covariance = [](expr q, expr k, expr v) {
    const expr w = softmax(scores(q, k, d), key), x = sum(k, d), y = sum(v, d);
    const expr of_x = x - sum(w * x, key), of_y = y - sum(w * y, key);
    return std::tuple{sum(w * of_x * of_y, key), contract(w * of_x, of_y, key), sum(w * of_x * (of_x + 1), key)};
  };
  const auto p = build(covariance, q_arg, k_arg, v_arg);
  BOOST_TEST(!p.materializes(query, key));
  inputs<float> x(1, 20, 150);
  for (long i = 0; i < x.v.size(); i++) x.k[i] += 100, x.v[i] += 100;
  inputs<double> exact(1, 20, 150);
  std::copy(x.q.begin(), x.q.end(), exact.q.begin());
  std::copy(x.k.begin(), x.k.end(), exact.k.begin());
  std::copy(x.v.begin(), x.v.end(), exact.v.begin());
  BOOST_TEST(apart(p(x.q, x.k, x.v), p.reference(exact.q, exact.k, exact.v)) < 1e-3);
}

/// Products over axes without coordinates are 0, and the place of the largest of nothing is the largest integer.
BOOST_AUTO_TEST_CASE(tiles_of_nothing) {
  const auto p = build([](expr q, expr k) { return softmax(contract(q, k, {head, d}), key); }, q_arg, k_arg);
  const auto weights = p(tensor<double>(head(0), query(5), d), tensor<double>(head(0), key(9), d));
  for (long i = 0; i < weights.size(); i++) BOOST_TEST(std::abs(weights[i] - 1. / 9) < 1e-15);
  const auto largest = build([](expr q, expr k) { return argmax(contract(q, k, d), key); }, q_arg, k_arg);
  const auto none = largest(tensor<double>(head(2), query(3), d), tensor<double>(head(2), key(0), d));
  for (long i = 0; i < none.size(); i++) BOOST_TEST(none[i] == std::numeric_limits<std::int64_t>::max());
}

/// The derivative of a maximum asks which values are equal to it. Whatever the maximum is taken of is rounded alike in
/// both, also where what is added to scores comes from other sums of them.
BOOST_AUTO_TEST_CASE(a_maximum_is_equal_to_what_it_is_taken_of) {
  constexpr axis<"item"> item;
  const auto biased = [=](expr x) {
    const expr w = x * where(index(query) == index(key), 1.0, 0.0);
    return expr(w + contract(w, w, {query, key}) + index(key));
  };
  const auto x_arg = arg<"x">(item, query);
  const auto k_arg = arg<"k">(key); // which gives the keys their number
  const auto x = normal(tensor<double>(item(24), query(3)), 77), k = tensor<double>(key(3));
  for (bool least : {false, true}) {
    const auto loss = [=](expr x, expr k) {
      const expr s = biased(x);
      return sum(least ? min(s, key) : max(s, key), {item, query}) + 0 * sum(k, key);
    };
    const auto gradient = build(grad(loss), x_arg, k_arg);
    BOOST_TEST(max_abs_difference(gradient(x, k), gradient.reference(x, k)) < 1e-12);
  }
  const auto found = build(
      [=](expr x, expr k) {
        const expr s = biased(x);
        return sum(where(s == max(s, key), 1.0, 0.0), key) + 0 * sum(k, key);
      },
      x_arg, k_arg);
  for (double n : found(x, k)) BOOST_TEST(n == 1);
}

/// Also where a view of the comparison could be taken of its operands instead, or a tile could make again what was
/// stored.
BOOST_AUTO_TEST_CASE(a_maximum_is_equal_to_what_it_is_taken_of_under_views) {
  constexpr sequence<"distance", 9> distance;
  const auto t_arg = arg<"t">(distance, d);
  const auto b_arg = arg<"b">(query, key);
  const auto agrees = [&](auto scores, const axes& over) {
    const auto loss = [=](expr q, expr k, expr t, expr b) {
      const expr z = scores(q, k, t, b);
      const expr largest = max(z, over), least = min(z, over);
      return sum(sin(largest), largest.ax()) + sum(cos(least), least.ax());
    };
    const auto gradient = build(grad(loss, wrt<0, 1, 2, 3>), q_arg, k_arg, t_arg, b_arg);
    for (long n : {7, 33}) {
      const inputs<double> x(2, n, n);
      const auto t = normal(tensor<double>(distance(9), d), 4), b = normal(tensor<double>(query(n), key(n)), 5);
      BOOST_TEST(apart(gradient(x.q, x.k, t, b), gradient.reference(x.q, x.k, t, b)) < 1e-11);
    }
  };
  const auto product = [](expr q, expr k) { return contract(q, k, d) + 0.1 * abs(index(query) - index(key)); };
  agrees([=](expr q, expr k, expr, expr) { return product(q, k) + exchange(product(q, k), query, key); }, {query});
  agrees([=](expr q, expr k, expr, expr b) { return flip(product(q, k) * product(q, k), query) + b; }, {query});
  agrees([=](expr q, expr k, expr, expr b) { return flip(product(q, k) + b, key) + product(q, k); }, {key});
  agrees(
      [=](expr q, expr k, expr t, expr b) {
        const expr near = gather(t, clamp(index(query) - index(key), -4, 4) + 4, distance);
        return mean(q, d) * b + contract(q, near, d) + 0 * product(q, k);
      },
      {query});
}

/// What a maximum is subtracted from is summed as it was for the maximum: differences are 0 there and of one sign, so
/// that their roots are numbers. Also where more is added.
BOOST_AUTO_TEST_CASE(a_maximum_is_not_exceeded) {
  const auto b_arg = arg<"b">(query, key);
  const auto agrees = [&](auto scores) {
    const auto p = build(
        [=](expr q, expr k, expr b) {
          const expr s = scores(q, k, b), above = max(s, key) - s;
          return std::tuple{sum(sqrt(above), key), sum(where(s - min(s, key) == 0, 1.0, 0.0), key),
                            sum(sqrt(2 * above + at(sum(q * q, d))), key)};
        },
        q_arg, k_arg, b_arg);
    const inputs<double> x(2, 9, 65);
    const auto b = normal(tensor<double>(query(9), key(65)), 5);
    const auto got = p(x.q, x.k, b);
    BOOST_TEST(apart(got, p.reference(x.q, x.k, b)) < 1e-6); // roots of differences
    for (double found : std::get<1>(got)) BOOST_TEST(found == 1);
  };
  agrees([](expr q, expr k, expr) { return sum(q, d) - sum(k, d); });
  agrees([](expr q, expr k, expr) { return contract(q, k, d) + sum(k, d) - sum(q, d); });
  agrees([](expr q, expr k, expr b) { return 0.3 * contract(q, k, d) - 0.1 * abs(index(query) - index(key)) + b; });
}

/// Products of tiles by the BLAS library are the same but for their last bits, whatever the number of threads.
BOOST_AUTO_TEST_CASE(tiles_by_blas) {
  const auto p = build(with_gradients([](expr q, expr k, expr v) { return attend(causal(scores(q, k, d)), v); }), q_arg,
                       k_arg, v_arg);
  const inputs<double> x(2, 150, 170);
  const auto own = p(x.q, x.k, x.v);
  use_blas_tiles(true);
  set_threads(1);
  const auto one = p(x.q, x.k, x.v);
  set_threads(2);
  const auto two = p(x.q, x.k, x.v);
  use_blas_tiles(false);
  BOOST_TEST(apart(one, own) < 1e-13);
  BOOST_TEST(apart(one, own) > 0); // or these were weft's
  BOOST_TEST(apart(one, two) == 0);
}
