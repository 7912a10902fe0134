// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE streams_lines
#include "streams/numerics.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

/// Tables that attention reads at ids which move by one along queries and keys: a tile has one line of them.
using namespace demo;

namespace {
constexpr axis<"distance"> distance;
constexpr auto table_arg = arg<"table">(head, distance);
constexpr auto direction_arg = arg<"direction">(head, distance);
using ids_of = expr (*)();

/// The loss of attention with a bias of each head, looked up by `ids`, and a second one of all heads.
auto biased(ids_of ids, bool causal_only) {
  return [=](expr q, expr k, expr v, expr table, expr shared) {
    const expr where_to = ir::attach(*q.g, ids());
    expr s = scores(q, k, d) + gather(table, where_to, distance) + 0.5 * at(gather(shared, where_to, distance));
    if (causal_only) s = causal(s);
    const expr o = attend(s, v);
    return sum(tanh(o) * at(o), o.ax());
  };
}
tensor<double> drawn(long heads, long n, std::uint64_t seed) {
  return normal(tensor<double>(head(heads), distance(n)), seed);
}
} // namespace

/// Values, gradients (of the tables too) and second derivatives are those of the loops over the graph as written.
BOOST_AUTO_TEST_CASE(are_right) {
  const ids_of kinds[]{[] { return index(query) - index(key) + (extent(key) - 1); },
                       [] { return index(key) - index(query) + (extent(query) - 1); },
                       [] { return index(key) + index(query); },
                       [] { return 3 + (extent(key) - 1 - index(key)) + (extent(query) - 1 - index(query)); },
                       [] { return broadcast(index(key) + 2, {query, key}); }};
  for (const ids_of ids : kinds)
    for (const bool causal_only : {false, true}) {
      const auto loss = biased(ids, causal_only);
      const auto first =
          build(value_and_grad(loss, wrt<0, 1, 2, 3, 4>), q_arg, k_arg, v_arg, table_arg, arg<"shared">(distance));
      const auto second = build(hvp(loss, wrt<0, 3>), q_arg, k_arg, v_arg, table_arg, arg<"shared">(distance),
                                arg<"tq">(head, query, d), direction_arg);
      BOOST_TEST(!first.materializes(query, key));
      BOOST_TEST(!second.materializes(query, key));
      for (const auto& [queries, keys] : {std::array{2l, 3l}, {130l, 150l}, {31l, 300l}, {200l, 9l}}) {
        const inputs<double> x(2, queries, keys);
        const tensor<double> table = drawn(2, queries + keys + 3, 4);
        const tensor<double> shared = normal(tensor<double>(distance(queries + keys + 3)), 5);
        BOOST_TEST(apart(first(x.q, x.k, x.v, table, shared), first.reference(x.q, x.k, x.v, table, shared)) < 1e-12);
        const tensor<double> tq = normal(tensor<double>(head(2), query(queries), d), 6);
        const tensor<double> direction = drawn(2, queries + keys + 3, 7);
        BOOST_TEST(apart(second(x.q, x.k, x.v, table, shared, tq, direction),
                         second.reference(x.q, x.k, x.v, table, shared, tq, direction)) < 1e-12);
      }
    }
}

/// A table whose entries lie apart, in the memory of another one.
BOOST_AUTO_TEST_CASE(of_a_table_with_strides) {
  const auto p = build(biased([] { return index(query) - index(key) + (extent(key) - 1); }, false), q_arg, k_arg, v_arg,
                       table_arg, arg<"shared">(distance));
  const inputs<double> x(2, 40, 50);
  constexpr axis<"pair", 2> pair;
  const tensor<double> wide = normal(tensor<double>(head(2), distance(89), pair), 4);
  const tensor<double> shared = normal(tensor<double>(distance(89)), 5);
  tensor<double> dense(head(2), distance(89));
  for (long i = 0; i < dense.size(); i++) dense[i] = wide[2 * i + 1];
  BOOST_TEST(p(x.q, x.k, x.v, view(wide).at(pair(1)), shared).item() == p(x.q, x.k, x.v, dense, shared).item());
}

/// The line is looked at as a whole, before any row is: the message tells its end, not the first id that is wrong.
BOOST_AUTO_TEST_CASE(beyond_a_table) {
  const auto refusal = [](ids_of ids) {
    const auto p = build(grad(biased(ids, false), wrt<3>), q_arg, k_arg, v_arg, table_arg, arg<"shared">(distance));
    const inputs<double> x(1, 20, 50);
    try {
      p(x.q, x.k, x.v, drawn(1, 69, 4), normal(tensor<double>(distance(69)), 5));
    } catch (const error& e) { return std::string(e.what()); }
    return std::string();
  };
  const std::string rest = " is not on axis distance, which has 69 places from 0; give ids on it";
  BOOST_TEST(refusal([] { return index(query) - index(key) + (extent(key) - 1); }) == "");
  BOOST_TEST(refusal([] { return index(query) - index(key) + (extent(key) - 6); }) == "gather: id -5" + rest);
  BOOST_TEST(refusal([] { return index(query) - index(key) + (extent(key) + 4); }) == "gather: id 73" + rest);
}

/// In float32 tiles are wider.
BOOST_AUTO_TEST_CASE(in_float32) {
  const auto p = build(
      value_and_grad(biased([] { return index(key) - index(query) + (extent(query) - 1); }, true), wrt<0, 1, 2, 3, 4>),
      q_arg, k_arg, v_arg, table_arg, arg<"shared">(distance));
  const auto run = [&]<class T>(T) {
    const inputs<T> x(2, 150, 170);
    return p(x.q, x.k, x.v, normal(tensor<T>(head(2), distance(320)), 4), normal(tensor<T>(distance(320)), 5));
  };
  BOOST_TEST(apart(run(1.f), run(1.0)) < 1e-5);
}

/// Where no mask touches a tile, two sums of scattered values can be one, and still go to two tables.
BOOST_AUTO_TEST_CASE(two_tables_with_equal_gradients) {
  const auto loss = [](expr q, expr k, expr one, expr two) {
    const expr e = exp(0.1 * at(scores(q, k, d)));
    const expr ids = ir::attach(*q.g, index(query) - index(key) + (extent(key) - 1));
    return sum(where(index(key) <= index(query), e, 0.0) * at(gather(one, ids, distance)), {head, query, key}) +
           sum(e * at(gather(two, ids, distance)), {head, query, key});
  };
  const auto p = build(grad(loss, wrt<2, 3>), q_arg, k_arg, arg<"one">(distance), arg<"two">(distance));
  const inputs<double> x(2, 300, 300);
  const tensor<double> one = normal(tensor<double>(distance(599)), 4), two = normal(tensor<double>(distance(599)), 5);
  BOOST_TEST(!p.materializes(query, key));
  BOOST_TEST(apart(p(x.q, x.k, one, two), p.reference(x.q, x.k, one, two)) < 1e-12);
}
