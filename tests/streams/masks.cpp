// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE streams_masks
#include "streams/numerics.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <utility>

/// What stands behind masks in streamed attention, and what rows are that see nothing.
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

/// A masked score may be read beside its mask, by a function that is infinite at 0: it is the score there too.
BOOST_AUTO_TEST_CASE(functions_of_scores_behind_masks) {
  const auto plain = [](const expr& q, const expr& k) { return contract(q, k, d); };
  const auto entropies = build(
      [&](expr q, expr k) {
        const expr s = plain(q, k);
        return sum(softmax(causal(s), key) * at(log(s)), key);
      },
      q_arg, k_arg);
  const auto outside =
      build([&](expr q, expr k) { return logsumexp(causal(plain(q, k)) - at(log(plain(q, k))), key); }, q_arg, k_arg);
  const auto check = [&]<class T>(T, double enough) {
    inputs<T> x(1, 400, 400);
    for (T& a : x.q) a = std::abs(a) + 1;
    for (T& a : x.k) a = std::abs(a) + 1;
    for (const auto* p : {&entropies, &outside}) {
      BOOST_TEST(finite((*p)(x.q, x.k)));
      BOOST_TEST(apart((*p)(x.q, x.k), p->reference(x.q, x.k)) < enough);
    }
  };
  check(1.0, 1e-12), check(1.f, 1e-5);
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
/// Quotients, logarithms and powers of a row that sees nothing need not be finite: they stay behind the mask that was
/// put before them, whatever a sum could take out. Derivatives agree wherever the reference's are finite: where the
/// formula itself multiplies 0 by such a quotient they are not.
BOOST_AUTO_TEST_CASE(quotients_of_rows_that_see_nothing) {
  const expr seen = index(query) > index(key) + 60, some = index(query) > 60; // the latter: what sees something
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
         const expr s = scores(q, k, d), r = sum(log(where(some, 1.0 + at(s * at(s)), 0.0)), key);
         return contract(behind(tanh(s) * at(r)), v, key);
       }},
      {"the log-sum-exp of other scores",
       [&](const expr& q, const expr& k, const expr& v) {
         const expr s = scores(q, k, d);
         return contract(behind(exp(s - at(guarded(logsumexp(s - at(where(some, 0.0, 2000.0)), key))))), v, key);
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
      const auto& [value, gradient] = want;
      BOOST_TEST(finite(value));
      BOOST_TEST(finite_count(std::get<0>(gradient)) >= 61 * 16); // rows that see something, or the others
      BOOST_TEST(apart(where_finite(got, want), where_finite(want, want)) < 1e-11);
      const auto product = second(x.q, x.k, x.v, dx.q), right = second.reference(x.q, x.k, x.v, dx.q);
      BOOST_TEST(finite_count(right) >= 61 * 16);
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

/// What is known of two dense masks joined: each is true or false.
BOOST_AUTO_TEST_CASE(conjunctions_of_dense_masks) {
  const auto m_arg = arg<"m", boolean>(query, key);
  const auto n_arg = arg<"n", boolean>(query, key);
  const inputs<double> x(1, 128, 130);
  tensor<bool> m(query(128), key(130)), n(query(128), key(130));
  for (long e = 0; e < m.size(); e++) m[e] = e % 3 != 0, n[e] = e % 5 != 0;
  const auto agrees = [&](auto mask) {
    const auto p = build([=](expr q, expr k, expr v, expr m,
                             expr n) { return attend(where(mask(m, n), scores(q, k, d), -infinity), v); },
                         q_arg, k_arg, v_arg, m_arg, n_arg);
    BOOST_TEST(!p.materializes(query, key));
    BOOST_TEST(apart(p(x.q, x.k, x.v, m, n), p.reference(x.q, x.k, x.v, m, n)) < 1e-12);
  };
  agrees([](expr m, expr n) { return !(m && n) || index(query) >= index(key); });
  agrees([](expr m, expr n) { return (m && n) != (index(key) < 2); });
  agrees([](expr m, expr n) { return logical_xor(m && !n, index(query) > index(key)); });
  agrees([](expr m, expr n) { return (m && n) <= (index(key) >= 100); });
}
/// A comparison with NaN is false, so nothing is known of one with what may be NaN.
BOOST_AUTO_TEST_CASE(masks_of_what_is_no_number) {
  const auto agrees = [](auto mask) {
    const auto p = build([=](expr q, expr k, expr v) { return attend(where(mask, scores(q, k, d), -infinity), v); },
                         q_arg, k_arg, v_arg);
    BOOST_TEST(!p.materializes(query, key));
    for (long n : {4, 200}) {
      const inputs<double> x(1, n, n);
      BOOST_TEST(apart(p(x.q, x.k, x.v), p.reference(x.q, x.k, x.v)) < 1e-12);
    }
  };
  const auto apart = 1.0 * (index(query) - index(key));
  agrees(sqrt(apart) >= 0);
  agrees(rsqrt(apart) >= 0 || index(key) == 0);
  agrees(log1p(apart) >= -infinity);
  agrees(abs(apart / (1.0 * index(key))) >= 0);
  agrees(mod(1.0 * index(query), 1.0 * index(key)) <= 100 || index(key) == 0);
  agrees(!(sin(apart * infinity) <= 1) || index(key) == 0);
}

/// Ones and zeros that a tile makes as a mask are numbers where they are stored.
BOOST_AUTO_TEST_CASE(masks_that_are_stored_as_numbers) {
  const auto agrees = [](auto f) {
    const auto p = build(
        [=](expr q, expr k) {
          const expr s = contract(q, k, d), positive = where(s > 0, 1.0, 0.0);
          return std::tuple(f(positive), f(where(s == max(s, key), 1.0, 0.0)), sum(positive * s, key));
        },
        q_arg, k_arg);
    const inputs<float> x(2, 9, 20);
    BOOST_TEST(apart(p(x.q, x.k), p.reference(x.q, x.k)) < 1e-6);
  };
  agrees([](expr x) { return cumsum(x, key); });
  agrees([](expr x) { return sort(x, key).values; });
  agrees([](expr x) { return contract(x, rename(x, query, prime(query)), key); });
  agrees([](expr x) { return exp(cumsum(x, query)); });
}
