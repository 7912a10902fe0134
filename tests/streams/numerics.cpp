// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE streams_numerics
#include <support/attention.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

/// Streamed attention in the corners of the numbers: what no pair sees, what is large, small or no number, and how
/// close float comes to double.
namespace demo {
using namespace support;

constexpr axis<"head"> head;
constexpr axis<"d", 16> d;
constexpr auto q_arg = arg<"q">(head, query, d);
constexpr auto k_arg = arg<"k">(head, key, d);
constexpr auto v_arg = arg<"v">(head, key, d);

/// The result and the gradients of a loss of it, for q, k and v.
template <class F> auto with_gradients(F f) {
  return [f](expr q, expr k, expr v, auto... more) {
    const auto loss = [&](expr q, expr k, expr v) {
      const expr o = f(q, k, v, more...);
      return std::tuple{sum(tanh(o) * at(o), o.ax()), o};
    };
    return value_and_grad(loss, wrt<0, 1, 2>)(q, k, v);
  };
}

template <class T> struct inputs {
  tensor<T> q, k, v;
  inputs(long heads, long queries, long keys, double size = 1)
      : q(normal(tensor<T>(head(heads), query(queries), d), 1)), k(normal(tensor<T>(head(heads), key(keys), d), 2)),
        v(normal(tensor<T>(head(heads), key(keys), d), 3)) {
    for (long i = 0; i < q.size(); i++) q[i] = static_cast<T>(q[i] * size);
  }
};
/// The largest difference of two leaves over the larger one's magnitude; infinite where one is no number and the other
/// is, or they are different infinities.
template <class A, class B> double apart(const A& a, const B& b) {
  double worst = 0;
  each_leaf(
      [&](const auto& x, const auto& y) {
        double far = 0, size = 1e-300;
        for (long i = 0; i < x.size(); i++) {
          const double s = static_cast<double>(x[i]), t = static_cast<double>(y[i]);
          if (s == t || (std::isnan(s) && std::isnan(t))) continue;
          if (!std::isfinite(s) || !std::isfinite(t)) far = infinity;
          else far = std::max(far, std::abs(s - t)), size = std::max(size, std::abs(t));
        }
        for (long i = 0; i < y.size(); i++)
          if (std::isfinite(static_cast<double>(y[i]))) size = std::max(size, std::abs(static_cast<double>(y[i])));
        worst = std::max(worst, far / size);
      },
      a, b);
  return worst;
}
template <class X> bool finite(const X& x) {
  bool all = true;
  each_leaf(
      [&](const auto& t) {
        for (long i = 0; i < t.size(); i++) all = all && std::isfinite(static_cast<double>(t[i]));
      },
      x);
  return all;
}
/// x with 0 wherever the other is not finite.
template <class X> X where_finite(X x, const X& other) {
  each_leaf(
      [](auto& t, const auto& z) {
        for (long i = 0; i < t.size(); i++)
          if (!std::isfinite(static_cast<double>(z[i]))) t[i] = 0;
      },
      x, other);
  return x;
}
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
} // namespace demo
using namespace demo;

/// Behind a mask in scores and biases anything may stand.
BOOST_AUTO_TEST_CASE(behind_masks) {
  const auto p = build(with_gradients([](expr q, expr k, expr v, expr bias, expr shift) {
                         return attend(where(bias > -100, causal(scores(q, k, d) + shift), -infinity), v);
                       }),
                       q_arg, k_arg, v_arg, arg<"bias">(query, key), arg<"shift">(query, key));
  BOOST_TEST(!p.materializes(query, key));
  const inputs<double> x(2, 150, 150);
  const tensor<double> bias = normal(tensor<double>(query(150), key(150)), 5);
  tensor<double> shift = normal(tensor<double>(query(150), key(150)), 6);
  const auto clean = p(x.q, x.k, x.v, bias, shift);
  for (const double garbage : {-infinity, infinity, no_number, 1e15, -1e300, 5e-324}) {
    for (long i = 0; i < 150; i++)
      for (long j = i + 1; j < 150; j++) shift[i * 150 + j] = garbage;
    const auto got = p(x.q, x.k, x.v, bias, shift);
    BOOST_TEST(apart(got, clean) == 0, garbage);
    BOOST_TEST(apart(got, p.reference(x.q, x.k, x.v, bias, shift)) < 1e-12, garbage);
  }
}

/// Keys and values that no query sees may hold any finite number. Numbers that are not finite the user zeroes.
BOOST_AUTO_TEST_CASE(masked_keys_and_values) {
  const auto mask = [](const expr& s) { return where(index(key) < 100, causal(s), -infinity); };
  const auto p = build(with_gradients([&](expr q, expr k, expr v) { return attend(mask(scores(q, k, d)), v); }), q_arg,
                       k_arg, v_arg);
  const auto zeroing = build(with_gradients([&](expr q, expr k, expr v) {
                               const auto seen = [](const expr& x) { return where(index(key) < 100, x, 0.0); };
                               return attend(mask(scores(q, seen(k), d)), seen(v));
                             }),
                             q_arg, k_arg, v_arg);
  inputs<double> x(2, 160, 160);
  for (const double garbage : {1e15, -1e15, 5e-324, infinity, -infinity, no_number}) {
    for (long h = 0; h < 2; h++)
      for (long i = 100; i < 160; i++)
        for (long j = 0; j < 16; j++) x.k[(h * 160 + i) * 16 + j] = x.v[(h * 160 + i) * 16 + j] = garbage;
    const auto got = zeroing(x.q, x.k, x.v);
    BOOST_TEST(finite(got), garbage);
    BOOST_TEST(apart(got, zeroing.reference(x.q, x.k, x.v)) < 1e-12, garbage);
    if (!std::isfinite(garbage)) continue;
    BOOST_TEST(finite(p(x.q, x.k, x.v)), garbage);
    BOOST_TEST(apart(p(x.q, x.k, x.v), p.reference(x.q, x.k, x.v)) < 1e-12, garbage);
    BOOST_TEST(apart(p(x.q, x.k, x.v), got) < 1e-12, garbage);
  }
}

/// Rows in which every score is masked give zeros and zero gradients, wherever they are.
BOOST_AUTO_TEST_CASE(rows_that_see_nothing) {
  const auto p = build(with_gradients([](expr q, expr k, expr v, expr sees) {
                         return attend(where(sees, causal(scores(q, k, d)), -infinity), v);
                       }),
                       q_arg, k_arg, v_arg, arg<"sees", boolean>(query));
  const inputs<double> x(1, 200, 200);
  for (const int which : {0, 1, 2}) {
    tensor<bool> sees(query(200));
    for (long i = 0; i < 200; i++) sees[i] = which == 0 ? i % 3 != 0 : which == 1 && i >= 130;
    const auto got = p(x.q, x.k, x.v, sees);
    BOOST_TEST(finite(got));
    BOOST_TEST(apart(got, p.reference(x.q, x.k, x.v, sees)) < 1e-12);
    const auto& o = std::get<1>(got.value);
    const auto& dq = std::get<0>(got.gradient);
    for (long i = 0; i < 200; i++)
      for (long j = 0; j < 16 && !sees[i]; j++) BOOST_REQUIRE((o[i * 16 + j] == 0 && dq[i * 16 + j] == 0));
  }
}
/// A cotangent of such a row may be no number, as of a square that a selection leaves out: it stands behind the mask.
BOOST_AUTO_TEST_CASE(cotangents_of_rows_that_see_nothing) {
  const auto p = build(
      [](expr q, expr k) {
        return grad([](expr q, expr k) {
          const expr l = logsumexp(where(index(query) > index(key) + 60, scores(q, k, d), -infinity), key);
          return sum(where(l > -infinity, l * at(l), 0.0), {head, query});
        })(q, k);
      },
      q_arg, k_arg);
  BOOST_TEST(!p.materializes(query, key));
  const inputs<double> x(1, 130, 100);
  const auto got = p(x.q, x.k);
  BOOST_TEST(finite(got));
  BOOST_TEST(apart(got, p.reference(x.q, x.k)) < 1e-12);
}
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
/// Quotients, logarithms and powers of a row that sees nothing need not be finite: they stay behind the mask that was
/// put before them, whatever a sum could take out. Derivatives agree wherever the reference's are finite: where the
/// formula itself multiplies 0 by such a quotient they are not.
BOOST_AUTO_TEST_CASE(quotients_of_rows_that_see_nothing) {
  const expr seen = index(query) > index(key) + 60;
  const auto behind = [&](const expr& x) { return where(seen, x, 0.0); };
  const expr count = sum(behind(1.0), key);
  const auto masked = [&](const expr& q, const expr& k) { return where(seen, scores(q, k, d), -infinity); };
  using formula = std::function<expr(const expr&, const expr&, const expr&)>;
  const std::pair<const char*, formula> all[]{
      {"a softmax by hand",
       [&](const expr& q, const expr& k, const expr& v) {
         const expr e = behind(exp(scores(q, k, d)));
         return contract(behind(e / at(sum(e, key))), v, key);
       }},
      {"a softmax by hand, of logarithms",
       [&](const expr& q, const expr& k, const expr& v) {
         const expr s = scores(q, k, d), l = log(sum(behind(exp(s)), key));
         return contract(behind(exp(s - at(l))), v, key);
       }},
      {"a floored maximum",
       [&](const expr& q, const expr& k, const expr& v) {
         const expr s = masked(q, k);
         return contract(exp(s - at(max(max(s, key), -1e30))), v, key);
       }},
      {"a floored log-sum-exp",
       [&](const expr& q, const expr& k, const expr& v) {
         const expr s = masked(q, k);
         return contract(exp(s - at(max(logsumexp(s, key), -800.0))), v, key);
       }},
      {"sums of logarithms",
       [&](const expr& q, const expr& k, const expr& v) {
         const expr s = scores(q, k, d), r = sum(log(where(seen, s * at(s), 0.0)), key);
         return contract(behind(tanh(s) * at(r)), v, key);
       }},
      {"the log-sum-exp of other scores",
       [&](const expr& q, const expr& k, const expr& v) {
         const expr s = scores(q, k, d);
         return contract(behind(exp(s - at(guarded(logsumexp(masked(q, k) - 2000.0, key))))), v, key);
       }},
      {"entropy",
       [&](const expr& q, const expr& k, const expr&) {
         const expr s = masked(q, k);
         return -sum(behind(softmax(s, key) * at(log_softmax(s, key))), key);
       }},
      {"the mean of the scores seen",
       [&](const expr& q, const expr& k, const expr&) { return sum(behind(scores(q, k, d) / at(count)), key); }},
      {"the mean of the values seen",
       [&](const expr& q, const expr& k, const expr& v) {
         return contract(behind(tanh(scores(q, k, d)) * at(1.0 / at(count))), v, key);
       }},
      {"the variance of the scores seen",
       [&](const expr& q, const expr& k, const expr&) {
         const expr s = scores(q, k, d), far = s - at(sum(behind(s), key) / at(count));
         return sum(behind(far * at(far) / at(count)), key);
       }},
      {"a temperature of each row",
       [&](const expr& q, const expr& k, const expr&) {
         return sum(behind(scores(q, k, d) * at(log(count)) + at(rsqrt(count))), key);
       }},
  };
  const inputs<double> x(1, 150, 100), dx(1, 150, 100, 2);
  for (const auto& [what, f] : all) BOOST_TEST_CONTEXT(what) {
      const auto loss = [&](const expr& q, const expr& k, const expr& v) {
        const expr o = f(q, k, v);
        return sum(tanh(o) * at(o), o.ax());
      };
      const auto first = build([&](const expr& q, const expr& k,
                                   const expr& v) { return std::tuple{f(q, k, v), grad(loss, wrt<0, 1>)(q, k, v)}; },
                               q_arg, k_arg, v_arg);
      const auto second =
          build([&](const expr& q, const expr& k, const expr& v,
                    const expr& dq) { return hvp([&](const expr& x) { return loss(x, k, v); })(q, dq); },
                q_arg, k_arg, v_arg, arg<"dq">(head, query, d));
      BOOST_TEST(!first.materializes(query, key));
      BOOST_TEST(!second.materializes(query, key));
      const auto got = first(x.q, x.k, x.v), want = first.reference(x.q, x.k, x.v);
      const auto& value = std::get<0>(want);
      BOOST_TEST(std::count_if(value.data(), value.data() + value.size(), [](double x) { return x == 0; }) > 0);
      BOOST_TEST(apart(where_finite(got, want), where_finite(want, want)) < 1e-11);
      const auto product = second(x.q, x.k, x.v, dx.q), right = second.reference(x.q, x.k, x.v, dx.q);
      BOOST_TEST(apart(where_finite(product, right), where_finite(right, right)) < 1e-11);
    }
}
/// A mask of one side hides what has other axes besides.
BOOST_AUTO_TEST_CASE(logarithms_behind_masks_of_one_side) {
  const auto p =
      build([](expr q, expr k, expr w,
               expr sees) { return sum(where(sees, tanh(contract(q, k, {head, d})) * at(log(w)), 0.0), query); },
            q_arg, k_arg, arg<"w">(head, query), arg<"sees", boolean>(query));
  const inputs<double> x(2, 150, 100);
  tensor<double> w(head(2), query(150));
  tensor<bool> sees(query(150));
  for (long i = 0; i < 300; i++) w[i] = i % 150 < 7 ? 0 : 1.5;
  for (long i = 0; i < 150; i++) sees[i] = i >= 7;
  const auto got = p(x.q, x.k, w, sees);
  BOOST_TEST(!p.materializes(query, key));
  BOOST_TEST(finite(got));
  BOOST_TEST(apart(got, p.reference(x.q, x.k, w, sees)) < 1e-12);
}
/// log-sum-exp itself is -infinity there, with gradient 0, and +infinity where a score is.
BOOST_AUTO_TEST_CASE(log_sums_of_rows) {
  const auto p = build(
      [](expr q, expr k, expr bias) {
        return value_and_grad(
            [&](expr q, expr k) {
              const expr l = logsumexp(scores(q, k, d) + bias, key);
              return std::tuple{sum(where(abs(l) < infinity, l, 0.0), {head, query}), l};
            },
            wrt<0, 1>)(q, k);
      },
      q_arg, k_arg, arg<"bias">(query, key));
  const inputs<double> x(1, 60, 140);
  tensor<double> bias = normal(tensor<double>(query(60), key(140)), 5);
  for (long j = 0; j < 140; j++) bias[j] = -infinity, bias[30 * 140 + j] = j == 135 ? infinity : 0;
  const auto got = p(x.q, x.k, bias), want = p.reference(x.q, x.k, bias);
  const auto& l = std::get<1>(got.value);
  BOOST_TEST(!p.materializes(query, key));
  BOOST_TEST(l[0] == -infinity);
  BOOST_TEST(l[30] == infinity);
  BOOST_TEST(apart(got.value, want.value) < 1e-12);
  BOOST_TEST(apart(got.gradient, want.gradient) < 1e-12);
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

/// Products over axes without coordinates are 0, and the place of the largest of nothing is the largest integer.
BOOST_AUTO_TEST_CASE(tiles_of_nothing) {
  const auto p = build([](expr q, expr k) { return softmax(contract(q, k, {head, d}), key); }, q_arg, k_arg);
  const auto weights = p(tensor<double>(head(0), query(5), d), tensor<double>(head(0), key(9), d));
  for (long i = 0; i < weights.size(); i++) BOOST_TEST(std::abs(weights[i] - 1. / 9) < 1e-15);
  const auto largest = build([](expr q, expr k) { return argmax(contract(q, k, d), key); }, q_arg, k_arg);
  const auto none = largest(tensor<double>(head(2), query(3), d), tensor<double>(head(2), key(0), d));
  for (long i = 0; i < none.size(); i++) BOOST_TEST(none[i] == std::numeric_limits<std::int64_t>::max());
}

/// Selections by true and false are selections like others.
BOOST_AUTO_TEST_CASE(literal_conditions) {
  for (const bool flag : {false, true}) {
    const auto p = build(
        [&](expr q, expr k, expr v) {
          const expr s = scores(q, k, d);
          return attend(where(s > -1 && flag, where(flag, s, 0.5), -infinity), v);
        },
        q_arg, k_arg, v_arg);
    BOOST_TEST(!p.materializes(query, key));
    const inputs<double> x(1, 20, 60);
    BOOST_TEST(apart(p(x.q, x.k, x.v), p.reference(x.q, x.k, x.v)) < 1e-12);
  }
}
