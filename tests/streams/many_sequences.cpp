// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE many_sequences
#include <support/program.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>

/// Programs in which every axis may be long, so that any two may span a space: what one walk's tiles hold is only a
/// part of what another product sums.
using namespace support;

namespace {
constexpr axis<"n"> n;
constexpr axis<"m"> m;
constexpr axis<"k"> k;
constexpr axis<"l"> l;
constexpr axis<"d", 4> d;
using exprs = std::vector<expr>;

/// Values and derivatives of the sum of squares of f's results, of inputs with these axes, against the plain loops: at
/// extents below, about and above those of a tile.
template <class F> void agrees(const char* what, const std::vector<axes>& inputs, F f) {
  const auto loss = [&](const exprs& x) {
    expr all = 0.0;
    for (const expr& y : f(x)) all = all + at(sum(tanh(y) * at(y), y.ax()));
    return all;
  };
  const auto program = [&](auto g) {
    return live_program([&](ir::builder& b) {
      exprs x;
      for (const axes& ax : inputs) x.push_back(ir::input(b, ax, real, "x"));
      return g(x);
    });
  };
  const live_program both[]{program([&](const exprs& x) {
                              exprs all = f(x);
                              for (const expr& dx : grad(loss)(x)) all.push_back(dx);
                              return all;
                            }),
                            program([&](const exprs& x) { return hvp(loss)(x, x); })};
  for (const auto& [of_n, of_m, of_k, of_l] :
       {std::array{5l, 31l, 3l, 4l}, {31l, 5l, 60l, 7l}, {60l, 140l, 31l, 33l}}) {
    const auto extent = [&](axis_ref a) {
      return a->extent != unbound ? a->extent
             : a->name[0] == 'n'  ? of_n
             : a->name[0] == 'm'  ? of_m
             : a->name[0] == 'k'  ? of_k
                                  : of_l;
    };
    values in;
    for (const axes& ax : inputs) {
      std::vector<long> shape;
      double size = 1;
      for (axis_ref a : ax) shape.push_back(extent(a)), size *= std::sqrt(static_cast<double>(extent(a)));
      in.emplace_back(real, precision::twice, ax, shape);
      for (long e = 0; e < in.back().size(); e++)
        in.back().set(e, (uniform_at(in.size(), static_cast<std::uint64_t>(e)) - 0.5) * 4 / std::sqrt(size));
    }
    for (const live_program& p : both) {
      const double d = distance(p.reference(in), p.interpreted(in));
      BOOST_TEST(d < 1e-12, what << " with n = " << of_n << ", m = " << of_m << ", k = " << of_k << ", l = " << of_l
                                 << (&p == both ? ", gradients: " : ", second order: ") << d);
    }
  }
}
} // namespace

BOOST_AUTO_TEST_CASE(layers) {
  agrees("linear", {{n, m}, {m, k}}, [](const exprs& x) { return exprs{contract(x[0], x[1], m)}; });
  agrees("two", {{n, m}, {m, k}, {k, l}},
         [](const exprs& x) { return exprs{contract(tanh(contract(x[0], x[1], m)), x[2], k)}; });
  agrees("and back", {{n, m}, {m, k}}, [](const exprs& x) {
    const expr y = contract(x[0], x[1], m);
    return exprs{y, contract(y, x[1], k)};
  });
  agrees("log-sum-exp", {{n, m}, {m, k}}, [](const exprs& x) { return exprs{logsumexp(contract(x[0], x[1], m), k)}; });
}

BOOST_AUTO_TEST_CASE(attention_over_projections) {
  agrees("self", {{n, m}, {m, k}, {m, k}}, [](const exprs& x) {
    const expr q = contract(x[0], x[1], m), r = rename(contract(x[0], x[2], m), n, prime(n));
    return exprs{contract(softmax(contract(q, r, k), prime(n)), rename(x[0], n, prime(n)), prime(n))};
  });
  agrees("values", {{n, k}, {m, k}, {m, l}},
         [](const exprs& x) { return exprs{contract(softmax(contract(x[0], x[1], k), m), x[2], m)}; });
  agrees("batches", {{n, m}, {k, m, l}}, [](const exprs& x) { return exprs{contract(softmax(x[0], m), x[1], m)}; });
  agrees("scores summed over a batch", {{k, n, l}, {k, m, l}, {k, m, l}},
         [](const exprs& x) { return exprs{contract(softmax(contract(x[0], x[1], {k, l}), m), x[2], m)}; });
}

BOOST_AUTO_TEST_CASE(spaces_that_share_an_axis) {
  agrees("triangle", {{n, l}, {k, l}, {m, l}}, [](const exprs& x) {
    const expr a = tanh(contract(x[0], x[1], l)), b = tanh(contract(x[2], x[1], l));
    return exprs{contract(a, b, k)};
  });
  agrees("sums over each other's axes", {{n, m}, {k, m}, {m, n}, {k, n}}, [](const exprs& x) {
    const expr a = tanh(contract(x[0], x[1], m)), b = tanh(contract(x[2], x[3], n));
    return exprs{contract(a, b, k), sum(b, k), sum(a, k)};
  });
  agrees("two scores", {{n, l}, {k, l}, {m, l}}, [](const exprs& x) {
    const expr a = exp(contract(x[0], x[1], l)), b = exp(contract(x[0], x[2], l));
    return exprs{sum(a, k) * at(sum(b, m)), sum(a * at(sum(b, m)), n)};
  });
  agrees("three axes at once", {{n, l}, {k, l}, {m, l}}, [](const exprs& x) {
    const expr a = tanh(contract(x[0], x[1], l)), b = tanh(contract(x[1], x[2], l));
    return exprs{sum(a * at(b), {k, m}), sum(tanh(a * at(b)), {n, k})};
  });
}

/// A walk that computed such a value itself would sum what its own tile holds.
BOOST_AUTO_TEST_CASE(tiles_read_what_another_space_sums) {
  agrees("a sum that is multiplied back", {{m, n, d}, {m, k, d}, {k, n, d}}, [](const exprs& x) {
    const expr s = contract(x[0], x[2], d), sums = contract(s, x[0], n); // of [m, n, k] over n
    const expr back = contract(sums, x[0], d) + contract(x[0], x[1], d);
    return exprs{contract(sums, s, k), contract(back, x[0], m)};
  });
  agrees("behind a map", {{m, n, d}, {k, n, d}, {m, k, d}, {m, n, d}, {n, d}}, [](const exprs& x) {
    const expr s = contract(x[0], x[1], d), w = s - at(logsumexp(s, m));
    const expr sums = contract(x[3], w, n), t = tanh(x[2] * x[4]);
    return exprs{sum((sums * x[3] + t) * at(t), n)};
  });
}
