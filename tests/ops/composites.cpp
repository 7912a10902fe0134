// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE composites
#include "ops/laws.hpp"

#include <weft/trace/compile.hpp>

#include <boost/test/unit_test.hpp>

/// Composites against their formulas, written out in loops, and their derivatives against differences.
using namespace support;

namespace {
using exprs = const std::vector<expr>&;
using numbers = std::vector<double>;
struct composite {
  const char* name;
  std::vector<domain> in;
  std::function<expr(exprs)> f;
  std::function<numbers(const values&)> formula;
};
constexpr long N = 19, M = 5, I = 3, J = 4, W = 7, V = 6; // the extents of n, m, i, j, whole, entry

template <class F> numbers each(const value& x, F f) {
  numbers y;
  for (long k = 0; k < x.size(); k++) y.push_back(f(k, x[k]));
  return y;
}
double log_logistic(double x) { return -std::log(1 + std::exp(-x)); }

/// Row r of `columns` numbers, as probabilities.
numbers softmax_of(const numbers& x, long r, long columns, double more = 0) {
  double total = more;
  for (long c = 0; c < columns; c++) total += std::exp(x[static_cast<std::size_t>(r * columns + c)]);
  numbers p;
  for (long c = 0; c < columns; c++) p.push_back(std::exp(x[static_cast<std::size_t>(r * columns + c)]) / total);
  return p;
}
numbers list_of(const value& x) {
  return each(x, [](long, double v) { return v; });
}
/// a[rows, inner] b[inner, columns], or b[columns, inner].
numbers product(const numbers& a, const numbers& b, long rows, long inner, long columns, bool transposed = false) {
  numbers y(static_cast<std::size_t>(rows * columns));
  for (long r = 0; r < rows; r++)
    for (long c = 0; c < columns; c++)
      for (long k = 0; k < inner; k++)
        y[static_cast<std::size_t>(r * columns + c)] +=
            a[static_cast<std::size_t>(r * inner + k)] *
            b[static_cast<std::size_t>(transposed ? c * inner + k : k * columns + c)];
  return y;
}
/// softmax(scores) v for scores[rows, keys], v[keys, columns].
numbers attended(const numbers& scores, const numbers& v, long rows, long keys, long columns) {
  numbers weights;
  for (long r = 0; r < rows; r++)
    for (double p : softmax_of(scores, r, keys)) weights.push_back(p);
  return product(weights, v, rows, keys, columns);
}
/// The part [all, h, d] of w[all, heads, d].
numbers head_of(const value& w, long h, long all, long heads, long d) {
  numbers y;
  for (long a = 0; a < all; a++)
    for (long k = 0; k < d; k++) y.push_back(w[(a * heads + h) * d + k]);
  return y;
}

/// Losses of cross entropy for logits[N, J], targets and weights; target 2 is ignored; the last number is the divisor.
numbers cross_entropies(const values& x, double smoothing) {
  numbers loss;
  double divisor = 0;
  for (long r = 0; r < N; r++) {
    const auto p = softmax_of(list_of(x[0]), r, J);
    const auto target = static_cast<long>(x[1][r]);
    double l = 0;
    if (target != 2) {
      l = -(1 - smoothing) * x[2][target] * std::log(p[static_cast<std::size_t>(target)]);
      for (long c = 0; c < J; c++) l -= smoothing / J * x[2][c] * std::log(p[static_cast<std::size_t>(c)]);
      divisor += x[2][target];
    }
    loss.push_back(l);
  }
  loss.push_back(divisor);
  return loss;
}
numbers total_of(numbers loss, bool mean) {
  const double divisor = loss.back();
  loss.pop_back();
  double total = 0;
  for (double l : loss) total += l;
  return {mean ? total / divisor : total};
}
numbers turned(const value& x, const std::function<long(long)>& partner, const std::function<bool(long)>& second) {
  return each(x, [&](long k, double v) {
    const long t = k / J, c = k % J, other = partner(c), pair = std::min(c, other) == 0 ? 0 : 1;
    const double angle = static_cast<double>(t) * std::pow(100., -2. * static_cast<double>(pair) / J);
    const double sine = std::sin(angle) * x[t * J + other];
    return v * std::cos(angle) + (second(c) ? sine : -sine);
  });
}

std::vector<composite> composites() {
  const domain a{{n, i}}, logits{{n, j}}, positive{{i}, real, 0.5, 2}, inner{{n, i}, real, 0.3, 0.7};
  const domain targets{{n}, integer, 0, J}, classes{{j}, real, 0.2, 2}, off{{n, i}, real, -2, 2, 0.01};
  const cross_entropy_options plain{.ignore = 2, .how = loss_reduction::none};
  const auto with = [](double smoothing, loss_reduction how) {
    return [=](exprs x) {
      return cross_entropy(x[0], x[1], j, {.ignore = 2, .smoothing = smoothing, .weights = x[2], .how = how});
    };
  };
  return {
      {"norm",
       {{{n, i}, real, 0.1, 2}},
       [](exprs x) { return norm(x[0], n); },
       [](const values& x) {
         numbers y(I);
         for (long k = 0; k < N * I; k++) y[static_cast<std::size_t>(k % I)] += x[0][k] * x[0][k];
         for (double& v : y) v = std::sqrt(v);
         return y;
       }},
      {"rms_norm",
       {a, positive},
       [](exprs x) { return rms_norm(x[0], i, x[1], 1e-2); },
       [](const values& x) {
         return each(x[0], [&](long k, double v) {
           double squares = 0;
           for (long c = 0; c < I; c++) squares += std::pow(x[0][k / I * I + c], 2);
           return v / std::sqrt(squares / I + 1e-2) * x[1][k % I];
         });
       }},
      {"gelu",
       {a},
       [](exprs x) { return gelu(x[0]); },
       [](const values& x) {
         return each(x[0], [](long, double v) { return v * std::erfc(-v / std::sqrt(2.)) / 2; });
       }},
      {"gelu_tanh",
       {a},
       [](exprs x) { return gelu_tanh(x[0]); },
       [](const values& x) {
         return each(x[0], [](long, double v) {
           return v / (1 + std::exp(-2 * std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v)));
         });
       }},
      {"silu",
       {a},
       [](exprs x) { return silu(x[0]); },
       [](const values& x) { return each(x[0], [](long, double v) { return v / (1 + std::exp(-v)); }); }},
      {"swiglu",
       {a, positive},
       [](exprs x) { return swiglu(x[0], x[1]); },
       [](const values& x) {
         return each(x[0], [&](long k, double v) { return v / (1 + std::exp(-v)) * x[1][k % I]; });
       }},
      {"softplus",
       {a},
       [](exprs x) { return softplus(x[0]); },
       [](const values& x) { return each(x[0], [](long, double v) { return std::log(1 + std::exp(v)); }); }},
      {"elu",
       {off},
       [](exprs x) { return elu(x[0], 1.5); },
       [](const values& x) { return each(x[0], [](long, double v) { return v > 0 ? v : 1.5 * (std::exp(v) - 1); }); }},
      {"softmax1",
       {a},
       [](exprs x) { return softmax1(x[0], i); },
       [](const values& x) {
         numbers y;
         for (long r = 0; r < N; r++)
           for (double p : softmax_of(list_of(x[0]), r, I, 1)) y.push_back(p);
         return y;
       }},
      {"mse",
       {a, positive},
       [](exprs x) { return mse(x[0], x[1]); },
       [](const values& x) {
         double total = 0;
         for (long k = 0; k < N * I; k++) total += std::pow(x[0][k] - x[1][k % I], 2);
         return numbers{total / (N * I)};
       }},
      {"binary_cross_entropy",
       {inner, inner},
       [](exprs x) { return binary_cross_entropy(x[0], x[1], loss_reduction::none); },
       [](const values& x) {
         return each(x[0], [&](long k, double p) { return -x[1][k] * std::log(p) - (1 - x[1][k]) * std::log(1 - p); });
       }},
      {"binary_cross_entropy, mean",
       {inner, inner},
       [](exprs x) { return binary_cross_entropy(x[0], x[1]); },
       [](const values& x) {
         double total = 0;
         for (long k = 0; k < N * I; k++) total -= x[1][k] * std::log(x[0][k]) + (1 - x[1][k]) * std::log(1 - x[0][k]);
         return numbers{total / (N * I)};
       }},
      {"binary_cross_entropy_with_logits",
       {a, inner, positive},
       [](exprs x) { return binary_cross_entropy_with_logits(x[0], x[1], loss_reduction::sum, x[2]); },
       [](const values& x) {
         double total = 0;
         for (long k = 0; k < N * I; k++)
           total -= x[2][k % I] * x[1][k] * log_logistic(x[0][k]) + (1 - x[1][k]) * log_logistic(-x[0][k]);
         return numbers{total};
       }},
      {"cross_entropy, none",
       {logits, targets},
       [=](exprs x) { return cross_entropy(x[0], x[1], j, plain); },
       [](const values& x) {
         numbers l = cross_entropies({x[0], x[1], value(tensor<double>::from({1, 1, 1, 1}, j))}, 0);
         l.pop_back();
         return l;
       }},
      {"cross_entropy, weighted sum",
       {logits, targets, classes},
       with(0, loss_reduction::sum),
       [](const values& x) { return total_of(cross_entropies(x, 0), false); }},
      {"cross_entropy, weighted mean",
       {logits, targets, classes},
       with(0, loss_reduction::mean),
       [](const values& x) { return total_of(cross_entropies(x, 0), true); }},
      {"cross_entropy, smoothed weighted mean",
       {logits, targets, classes},
       with(0.1, loss_reduction::mean),
       [](const values& x) { return total_of(cross_entropies(x, 0.1), true); }},
      {"sinusoidal_positions",
       {logits},
       [](exprs x) { return x[0] * at(sinusoidal_positions(n, j)); },
       [](const values& x) {
         return each(x[0], [](long k, double v) {
           const double angle = static_cast<double>(k / J) / std::pow(10000., (k % J < 2 ? 0. : 2.) / J);
           return v * (k % 2 ? std::cos(angle) : std::sin(angle));
         });
       }},
      {"rope, half",
       {logits},
       [](exprs x) { return rope(x[0], index(n), j, rope_layout::half, 100); },
       [](const values& x) { return turned(x[0], [](long c) { return (c + 2) % 4; }, [](long c) { return c >= 2; }); }},
      {"rope, interleaved",
       {logits},
       [](exprs x) { return rope(x[0], index(n), j, rope_layout::interleaved, 100); },
       [](const values& x) { return turned(x[0], [](long c) { return c ^ 1; }, [](long c) { return c % 2 == 1; }); }},
      {"scaled_dot_product_attention, options",
       {{{n, i}}, {{m, i}}, {{m, j}}, {{n, m}}, {{m}, boolean}},
       [](exprs x) {
         const expr first = index(m) == 0;
         return scaled_dot_product_attention(x[0], x[1], x[2], m, i,
                                             {.mask = x[4] || first, .bias = x[3], .causal = n, .scale = 0.3});
       },
       [](const values& x) {
         numbers scores = product(list_of(x[0]), list_of(x[1]), N, I, M, true);
         for (long k = 0; k < N * M; k++) {
           double& s = scores[static_cast<std::size_t>(k)];
           s = 0.3 * s + x[3][k];
           if (k % M > k / M || (k % M > 0 && x[4][k % M] == 0)) s = -infinity;
         }
         return attended(scores, list_of(x[2]), N, M, J);
       }},
      {"multi_head_attention",
       {{{n, whole}, real, -1, 1},
        {{m, whole}, real, -1, 1},
        {{whole, i, j}, real, -0.5, 0.5},
        {{whole, i, j}, real, -0.5, 0.5},
        {{whole, i, entry}},
        {{i, entry, whole}}},
       [](exprs x) { return multi_head_attention(x[0], x[1], x[2], x[3], x[4], x[5], whole, m, j); },
       [](const values& x) {
         numbers y(N * W);
         for (long h = 0; h < I; h++) {
           const numbers q = product(list_of(x[0]), head_of(x[2], h, W, I, J), N, W, J),
                         k = product(list_of(x[1]), head_of(x[3], h, W, I, J), M, W, J),
                         v = product(list_of(x[1]), head_of(x[4], h, W, I, V), M, W, V);
           numbers scores = product(q, k, N, J, M, true), out(V * W);
           for (double& s : scores) s /= 2;
           for (long e = 0; e < V * W; e++) out[static_cast<std::size_t>(e)] = x[5][h * V * W + e];
           const numbers mine = product(attended(scores, v, N, M, V), out, N, V, W);
           for (std::size_t e = 0; e < y.size(); e++) y[e] += mine[e];
         }
         return y;
       }},
  };
}

double apart(const value& got, const numbers& want) {
  BOOST_TEST_REQUIRE(got.size() == static_cast<long>(want.size()));
  double d = 0, size = 1;
  for (long k = 0; k < got.size(); k++) {
    const double w = want[static_cast<std::size_t>(k)];
    d = std::max(d, std::abs(got[k] - w)), size = std::max(size, std::abs(w));
    if (!(std::abs(got[k] - w) < infinity)) return infinity;
  }
  return d / size;
}
} // namespace

BOOST_AUTO_TEST_CASE(composites_are_their_formulas_and_have_their_derivatives) {
  for (const composite& c : composites()) {
    BOOST_TEST_CONTEXT(c.name) {
      const row r{nullptr, c.in, c.f};
      trial w(r);
      const live_program plain = w.plain();
      const numbers want = c.formula(w.x);
      BOOST_TEST(apart(plain.reference(w.x)[0], want) < 1e-13);
      BOOST_TEST(apart(plain.interpreted(w.x)[0], want) < 1e-13);
      const values single = as(precision::single, w.x), rounded = as(precision::twice, single);
      BOOST_TEST(apart(plain.interpreted(single, precision::single)[0].as(precision::twice), c.formula(rounded)) <
                 tolerance::single);

      const axes result = plain.source()[plain.source().outputs[0]].ax;
      w.c = {drawn({result, real, -1, 1}, 300)};
      const live_program first = w.first(result), second = w.second(result);
      const values in = w.joined(w.x, w.t), d = first.interpreted(in), h = second.interpreted(in);
      const auto moving = static_cast<long>(w.moving_count());
      BOOST_TEST(distance({d[1]}, differences([&](double s) { return plain.interpreted(w.moved_to(s)); })) <
                 tolerance::differences);
      double size = 1, forwards = dot(w.c[0], d[1], size), backwards = 0;
      for (long k = 0; k < moving; k++)
        backwards += dot(d[static_cast<std::size_t>(2 + k)], w.t[static_cast<std::size_t>(k)], size);
      BOOST_TEST(std::abs(forwards - backwards) / size < tolerance::adjoint);
      const values slopes = differences([&](double s) {
        const values all = first.interpreted(w.joined(w.moved_to(s), w.t));
        return values(all.begin() + 2, all.end());
      });
      BOOST_TEST(distance(values(h.begin(), h.begin() + moving), slopes) < tolerance::differences);
    }
  }
}

/// Several of them in one program, with its gradients: generated kernels give the bits of interpreted ones.
BOOST_AUTO_TEST_CASE(composites_compile) {
  constexpr auto blend = [](expr q, expr k, expr v, expr target) {
    const expr scores = contract(rope(q, index(n), j), rope(k, index(m), j, rope_layout::interleaved), j);
    const expr y = silu(contract(softmax1(scores, m), v, m)) + at(sinusoidal_positions(n, j));
    const expr loss = cross_entropy(rms_norm(y, j, 2.0), target, j, {.ignore = 3, .smoothing = 0.1});
    return loss + at(mse(y, softplus(v)));
  };
  constexpr auto p = compile(value_and_grad(blend, wrt<0, 1, 2>), arg<"q">(n, j), arg<"k">(m, j), arg<"v">(m, j),
                             arg<"target", integer>(n));
  const auto q = uniform(tensor<double>(n(N), j), 1, -2., 2.), k = uniform(tensor<double>(m(M), j), 2, -2., 2.),
             v = uniform(tensor<double>(m(M), j), 3, -2., 2.);
  const auto target = uniform(tensor<std::int64_t>(n(N)), 4, std::int64_t(0), std::int64_t(J));
  const auto reference = p.run(policy::reference, q, k, v, target),
             interpreted = p.run(policy::interpreted, q, k, v, target),
             compiled = p.run(policy::compiled, q, k, v, target);
  const auto apart = [](const auto& a, const auto& b) {
    double d = 0;
    each_leaf([&](const auto& x, const auto& y) { d = std::max(d, distance(value(x), value(y))); }, a, b);
    return d;
  };
  BOOST_TEST(std::isfinite(reference.value.item()));
  BOOST_TEST(apart(interpreted, compiled) == 0);
  BOOST_TEST(apart(reference, compiled) < tolerance::policies);
}

/// Turned queries and keys: their products depend on the distance of their positions alone.
BOOST_AUTO_TEST_CASE(rope_makes_scores_relative) {
  for (const rope_layout layout : {rope_layout::half, rope_layout::interleaved}) {
    const live_program p([&](ir::builder& b) {
      const expr q = ir::input(b, j, real, "q"), k = ir::input(b, j, real, "k"), far = ir::input(b, n, integer, "far");
      const expr later = rope(broadcast(q, {n, j}), far + 3, j, layout),
                 earlier = rope(broadcast(k, {n, j}), far, j, layout);
      return std::vector<expr>{contract(later, earlier, j)};
    });
    const values y = p.interpreted({drawn({j}, 1), drawn({j}, 2), drawn({n, integer, 0, 500}, 3)});
    for (long k = 1; k < y[0].size(); k++) BOOST_TEST(std::abs(y[0][k] - y[0][0]) < 1e-13);
  }
}
