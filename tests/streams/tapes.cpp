// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE streams_tapes
#include "streams/numerics.hpp"

#include <support/leaves.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>

/// A runner puts what it does with a tile onto a tape, and does it again for tiles that differ in their places alone
/// (framework/src/tape.hpp). A call without a runner walks through the plan tile by tile: the bits are the same.
using namespace demo;

namespace {
constexpr axis<"distance"> distance;
constexpr axis<"bucket"> bucket;

/// What a variant reads besides q, k and v.
struct tables {
  expr distances, buckets, bias, document, document_of_key, slope;
};
using variant = std::tuple<expr, expr> (*)(const expr& s, const expr& v, const tables& t);
struct named {
  const char* name;
  variant of;
};
std::tuple<expr, expr> with_statistic(const expr& s, const expr& v) { return {attend(s, v), logsumexp(s, key)}; }
const named variants[]{
    {"full", [](const expr& s, const expr& v, const tables&) { return with_statistic(s, v); }},
    {"causal", [](const expr& s, const expr& v, const tables&) { return with_statistic(causal(s), v); }},
    {"window",
     [](const expr& s, const expr& v, const tables&) {
       return with_statistic(where(abs(index(query) - at(index(key))) < 70, s, -infinity), v);
     }},
    {"documents",
     [](const expr& s, const expr& v, const tables& t) {
       return with_statistic(where(t.document == t.document_of_key, s, -infinity), v);
     }},
    {"slopes", // indices in a pass
     [](const expr& s, const expr& v, const tables& t) {
       return with_statistic(causal(s - t.slope * at(abs(index(query) - index(key)))), v);
     }},
    {"relative", // lines of tables
     [](const expr& s, const expr& v, const tables& t) {
       const expr ids = index(query) - index(key) + (extent(key) - 1);
       return with_statistic(s + gather(t.distances, ids, distance), v);
     }},
    {"buckets", // a general gather in tiles, and its scatter
     [](const expr& s, const expr& v, const tables& t) {
       const expr ids = min(abs(index(query) - at(index(key))), 20);
       return with_statistic(causal(s + gather(t.buckets, ids, bucket)), v);
     }},
    {"dense bias", // copied tile by tile, its gradient written so
     [](const expr& s, const expr& v, const tables& t) { return with_statistic(s + t.bias, v); }},
    {"both axes",
     [](const expr& s, const expr& v, const tables&) {
       return std::tuple<expr, expr>{contract(tanh(s), v, key), max(sigmoid(s), query)};
     }},
};

template <class T> struct every_input {
  inputs<T> x;
  tensor<T> distances, buckets, bias, slope;
  tensor<std::int32_t> document, document_of_key;
  every_input(long heads, long queries, long keys, std::uint64_t seed)
      : x(heads, queries, keys), distances(normal(tensor<T>(head(heads), distance(queries + keys)), seed)),
        buckets(normal(tensor<T>(head(heads), bucket(21)), seed + 1)),
        bias(normal(tensor<T>(query(queries), key(keys)), seed + 2)), slope(normal(tensor<T>(head(heads)), seed + 3)),
        document(query(queries)), document_of_key(key(keys)) {
    normal(x.q, seed + 4);
    for (long i = 0; i < queries; i++) document[i] = static_cast<int>(i * i / 9000);
    for (long i = 0; i < keys; i++) document_of_key[i] = static_cast<int>(i * i / 9000);
  }
  auto apply(auto f) const { return f(x.q, x.k, x.v, distances, buckets, bias, document, document_of_key, slope); }
};
auto program_of(variant f) {
  const auto loss = [f](expr q, expr k, expr v, expr distances, expr buckets, expr bias, expr document,
                        expr document_of_key, expr slope) {
    const auto [o, statistic] = f(scores(q, k, d), v, {distances, buckets, bias, document, document_of_key, slope});
    return std::tuple{sum(tanh(o) * at(o), o.ax()) + sum(tanh(statistic), statistic.ax()), o, statistic};
  };
  return build(value_and_grad(loss, wrt<0, 1, 2, 3, 4, 5, 8>), q_arg, k_arg, v_arg, arg<"distances">(head, distance),
               arg<"buckets">(head, bucket), arg<"bias">(query, key), arg<"document", integer>(query),
               arg<"document of key", integer>(key), arg<"slope">(head));
}
template <class T> void bound_as_called() {
  for (const auto& [name, f] : variants) {
    const auto p = program_of(f);
    for (const auto& [queries, keys] : {std::array{500l, 700l}, {384l, 384l}, {130l, 17l}})
      BOOST_TEST_CONTEXT(name << " " << queries << " x " << keys) {
        every_input<T> in(2, queries, keys, 1);
        const every_input<T> later(2, queries, keys, 9);
        const auto called = [&](const every_input<T>& x) { return x.apply([&](const auto&... a) { return p(a...); }); };
        const auto first = called(in), second = called(later);
        auto run = in.apply([&](const auto&... a) { return p.bind(a...); });
        for (int i = 0; i < 3; i++) BOOST_TEST(same_bits(run(), first), i);
        std::copy(later.x.q.begin(), later.x.q.end(), in.x.q.begin());
        std::copy(later.distances.begin(), later.distances.end(), in.distances.begin());
        std::copy(later.buckets.begin(), later.buckets.end(), in.buckets.begin());
        std::copy(later.bias.begin(), later.bias.end(), in.bias.begin());
        std::copy(later.slope.begin(), later.slope.end(), in.slope.begin());
        BOOST_TEST(same_bits(run(), second));
        for (const int threads : {1, 3, 2}) {
          set_threads(threads);
          for (int i = 0; i < 2; i++) BOOST_TEST(same_bits(run(), second), threads << " threads");
        }
      }
  }
}
} // namespace

BOOST_AUTO_TEST_CASE(of_floats) { bound_as_called<float>(); }
BOOST_AUTO_TEST_CASE(of_doubles) { bound_as_called<double>(); }
