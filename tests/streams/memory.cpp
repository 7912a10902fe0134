// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE streams_memory
#include <support/attention.hpp>
#include <support/counted_memory.hpp>

#include <boost/test/unit_test.hpp>

/// What programs that walk score spaces take beyond inputs and results, as the allocator sees it.
namespace demo {
using namespace support;
constexpr axis<"head"> head;
constexpr axis<"d", 64> d;
constexpr auto q_arg = arg<"q">(batch, head, query, d);
constexpr auto k_arg = arg<"k">(batch, head, key, d);
constexpr auto v_arg = arg<"v">(batch, head, key, d);

constexpr auto full = [](expr q, expr k, expr v) { return attend(scores(q, k, d), v); };
constexpr auto causal_attention = [](expr q, expr k, expr v) { return attend(causal(scores(q, k, d)), v); };

/// MB that a runner takes for one head of n queries and keys, beyond arguments and result. Binding plans and takes all
/// memory; runs that are short enough show that they take no more.
template <class P, class... X> double taken(const P& p, X... x) {
  auto out = p(x...); // of its shape; the pool and the library's own tables are there now
  const long before = support::live_bytes;
  auto run = p.bind(x..., out);
  const long bound = support::live_bytes;
  support::peak_bytes = bound;
  run();
  BOOST_TEST(support::peak_bytes == bound);
  return static_cast<double>(bound - before) / (1 << 20);
}
/// The same without a run.
template <class P, class Out, class... X> double planned(const P& p, Out& out, X&... x) {
  const long before = support::live_bytes;
  auto run = p.bind(x..., out);
  return static_cast<double>(support::live_bytes - before) / (1 << 20);
}
tensor<float> queries(long n, int seed) { return normal(tensor<float>(batch(1), head(1), query(n), d), seed); }
tensor<float> keys(long n, int seed) { return normal(tensor<float>(batch(1), head(1), key(n), d), seed); }
} // namespace demo
using namespace demo;

BOOST_AUTO_TEST_CASE(forward_and_backward) {
  const auto p = build(vjp(full), q_arg, k_arg, v_arg, arg<"dy">(batch, head, query, d));
  for (const int threads : {1, 2}) {
    set_threads(threads);
    const double one = taken(p, queries(512, 1), keys(512, 2), keys(512, 3), queries(512, 4)),
                 two = taken(p, queries(1024, 1), keys(1024, 2), keys(1024, 3), queries(1024, 4));
    BOOST_TEST(two < 2.05 * one, one << " MB, then " << two);
    auto q = queries(16384, 1), dy = queries(16384, 4), k = keys(16384, 2), v = keys(16384, 3);
    auto out = p(queries(1, 1), keys(1, 2), keys(1, 3), queries(1, 4));
    out.value = q, out.cotangents = std::tuple(q, k, v);
    const double mb = planned(p, out, q, k, v, dy);
    BOOST_TEST_MESSAGE("forward and backward at 16384: " << mb << " MB");
    BOOST_TEST(mb <= 48);
  }
}
BOOST_AUTO_TEST_CASE(hessian_products) {
  const auto loss = [](expr q, expr k, expr v) {
    const expr o = causal_attention(q, k, v);
    return sum(tanh(o) * at(o), o.ax());
  };
  const auto p = build(hvp(loss, wrt<0, 1, 2>), q_arg, k_arg, v_arg, arg<"tq">(batch, head, query, d),
                       arg<"tk">(batch, head, key, d), arg<"tv">(batch, head, key, d));
  for (const int threads : {1, 2}) {
    set_threads(threads);
    const double one =
                     taken(p, queries(512, 1), keys(512, 2), keys(512, 3), queries(512, 4), keys(512, 5), keys(512, 6)),
                 two = taken(p, queries(1024, 1), keys(1024, 2), keys(1024, 3), queries(1024, 4), keys(1024, 5),
                             keys(1024, 6));
    BOOST_TEST(two < 2.05 * one, one << " MB, then " << two);
    auto q = queries(8192, 1), tq = queries(8192, 4), k = keys(8192, 2), v = keys(8192, 3), tk = k, tv = v;
    auto out = std::tuple(q, k, v);
    const double mb = planned(p, out, q, k, v, tq, tk, tv);
    BOOST_TEST_MESSAGE("HVP at 8192: " << mb << " MB");
    BOOST_TEST(mb <= 96);
  }
}

/// Nothing along an axis is no reason to allocate: the sums over an empty batch are written as they begin.
BOOST_AUTO_TEST_CASE(runs_of_nothing_take_nothing) {
  const auto loss = [](expr q, expr k, expr v, expr t) {
    return sum(tanh(attend(scores(q, k, d) * exp(t), v)), {batch, head, query, d});
  };
  const auto p = build(grad(loss, wrt<3>), q_arg, k_arg, v_arg, arg<"temperature">(head));
  const tensor<float> q(batch(0), head(2), query(3), d), k(batch(0), head(2), key(2), d), t(head(2));
  auto slope = normal(tensor<float>(head(2)), 1);
  auto run = p.bind(q, k, k, t, slope);
  run();
  const long before = support::allocations;
  run();
  BOOST_TEST(support::allocations == before);
  BOOST_TEST((slope(head(0)) == 0 && slope(head(1)) == 0));
}
