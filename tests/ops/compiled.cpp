// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE compiled
#include <support/samples.hpp>
#include <support/tolerances.hpp>

#include <weft/trace/compile.hpp>

#include <boost/hana/for_each.hpp>
#include <boost/test/unit_test.hpp>

/// Every op in generated kernels: the same bits as interpreted and the numbers of the reference, and so its
/// derivatives.
using namespace support;

namespace {
constexpr auto number = [](const expr& condition) { return where(condition, 1.0, 0.0); };
constexpr axis<"nine", 9> nine;
constexpr int count = 86;
/// All ops, on a and b of any sign, p positive, k and l integers, m booleans; results that are not real are made so.
constexpr auto everything = [](expr a, expr b, expr p, expr k, expr l, expr m) {
  const expr table =
      slice(concat(whole, along(rename(b, i, prime(i)), prime(i)), along(broadcast(sum(p, {n, i}), {j}), j)), whole, 1,
            entry);
  const expr id = min(abs(k), 5);
  return std::array<expr, count>{a + at(b),
                                 a - at(b),
                                 a * at(b),
                                 a / at(p),
                                 -a,
                                 abs(a),
                                 max(a, b),
                                 min(b, a),
                                 (k + at(l)) * 1.0,
                                 (k - at(l)) * 1.0,
                                 (k * at(l)) * 1.0,
                                 max(k, l) * 1.0,
                                 min(l, k) * 1.0,
                                 abs(k) * 1.0,
                                 number(a < at(b)),
                                 number(a <= at(b)),
                                 number(k > at(l)),
                                 number(a >= at(b)),
                                 number(k == at(l)),
                                 number(a != at(b)),
                                 number(m && a > 0),
                                 number(m || a > 0),
                                 number(!m),
                                 number(logical_xor(m, a > 0)),
                                 where(m, a, b),
                                 where(m, k, l) * 1.0,
                                 exp(a),
                                 log(p),
                                 tanh(a),
                                 erf(a),
                                 sqrt(p),
                                 rsqrt(p),
                                 guarded(a),
                                 sign(a),
                                 sign(k) * 1.0,
                                 mod(a, p),
                                 mod(k, l) * 1.0,
                                 exp2(a),
                                 expm1(a),
                                 log1p(p),
                                 pow(p, b),
                                 sigmoid(a),
                                 erfc(a),
                                 sin(a),
                                 cos(a),
                                 relu(a),
                                 relu(k) * 1.0,
                                 step(a),
                                 step(l) * 1.0,
                                 floor(a),
                                 round(a * 3),
                                 round_to<bfloat16>(a),
                                 round_to<float16>(a),
                                 clamp(a, -b, 1),
                                 print(a, "a"),
                                 sum(a, n),
                                 max(p, i),
                                 max(k, n) * 1.0,
                                 min(p, n),
                                 prod(p, i),
                                 cumsum(a, n),
                                 cumprod(a, i, {.exclusive = true, .reverse = true}),
                                 logcumsumexp(a, n, {.reverse = true}),
                                 linear_recurrence(a * 0.5, b, n),
                                 number(any(m, n)) + number(all(m, n)),
                                 argmax(a, n) * 1.0,
                                 logsumexp(a, i),
                                 softmax(a, n),
                                 contract(a, p, n),
                                 contract(a, b, axes{}),
                                 rename(a, i, prime(i)),
                                 pad(rename(b, i, prime(i)), prime(i), 1, j),
                                 table,
                                 diagonal(outer(b, prime(b, i)), i, prime(i)),
                                 split(table, entry, {two, i}),
                                 merge(outer(b, prime(b, i)), {prime(i), i}, nine),
                                 roll(a, n, 3),
                                 sort(a, n).values,
                                 top_k(p, n, two).indices * 1.0,
                                 normal(max(l, i), {n, i}) * at(p),
                                 flip(a, n),
                                 stack(two, a, p),
                                 gather(table, id, entry),
                                 scatter_add(a, id, entry),
                                 stop_gradient(a) * at(a),
                                 where(uniform(max(l, i), {n, i}) >= 0.3, a, 0.0)};
};
constexpr auto mean_square = [](expr a, expr b, expr p, expr k, expr l, expr m) {
  expr total = 0.0;
  for (const expr& y : everything(a, b, p, k, l, m)) total = total + at(y.ax().n ? mean(y * at(y), y.ax()) : y * at(y));
  return total;
};
constexpr auto values_of = compile(everything, arg<"a">(n, i), arg<"b">(i), arg<"p">(i, n), arg<"k", integer>(n, i),
                                   arg<"l", integer>(i), arg<"m", boolean>(n));
constexpr auto gradients_of =
    compile(value_and_grad(mean_square, wrt<0, 1, 2>), arg<"a">(n, i), arg<"b">(i), arg<"p">(i, n),
            arg<"k", integer>(n, i), arg<"l", integer>(i), arg<"m", boolean>(n));

template <class T> tensor<T> reals(const axes& ax, std::uint64_t seed, double lo, double hi) {
  return uniform(tensor<T>(ax, extents_of(ax)), seed, lo, hi);
}
tensor<std::int64_t> integers(const axes& ax, std::uint64_t seed) {
  return uniform(tensor<std::int64_t>(ax, extents_of(ax)), seed, std::int64_t(-9), std::int64_t(10));
}

/// The largest difference between two results, over the largest magnitude (at least 1).
template <class A> double apart(const A& x, const A& y) {
  double d = 0;
  each_leaf([&](const auto& s, const auto& t) { d = std::max(d, distance(value(s), value(t))); }, x, y);
  return d;
}
template <class P, class... X> void agree(const P& program, double tolerance, const X&... x) {
  const auto reference = program.run(policy::reference, x...), interpreted = program.run(policy::interpreted, x...),
             compiled = program.run(policy::compiled, x...);
  BOOST_TEST(apart(interpreted, compiled) == 0);
  BOOST_TEST(apart(reference, compiled) <= tolerance);
}
template <class T> void agree(double tolerance) {
  print_to([](std::string_view) {});
  const auto a = reals<T>({n, i}, 1, -2, 2), b = reals<T>(i, 2, -2, 2), p = reals<T>({i, n}, 3, 0.2, 3);
  const auto k = integers({n, i}, 4), l = integers(i, 5);
  tensor<bool> m(axes(n), extents_of(n));
  for (long e = 0; e < m.size(); e++) m[e] = e % 3 != 0;
  agree(values_of, tolerance, a, b, p, k, l, m);
  agree(gradients_of, tolerance, a, b, p, k, l, m);
}
} // namespace

BOOST_AUTO_TEST_CASE(every_op_is_there) {
  hana::for_each(ops::all, [](auto op) {
    using Op = decltype(op);
    bool found = false;
    for (const ir::node& x : values_of.data().source.nodes) found = found || x.op->name == Op::name;
    for (const ir::node& x : gradients_of.data().source.nodes) found = found || x.op->name == Op::name;
    BOOST_TEST(found, Op::name << " is in no program of this test");
  });
}
BOOST_AUTO_TEST_CASE(kernels_agree_in_float64) { agree<double>(tolerance::policies); }
BOOST_AUTO_TEST_CASE(kernels_agree_in_float32) { agree<float>(tolerance::single); }
