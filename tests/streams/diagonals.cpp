// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE streams_diagonals
#include "streams/numerics.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
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
                       [] { return 3 + (extent(key) - 1 - index(key)) + (extent(query) - 1 - index(query)); }};
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

BOOST_AUTO_TEST_CASE(of_a_table_that_is_too_short) {
  const auto p = build(grad(biased([] { return index(query) - index(key) + (extent(key) - 1); }, false), wrt<3>), q_arg,
                       k_arg, v_arg, table_arg, arg<"shared">(distance));
  const inputs<double> x(1, 40, 50);
  const tensor<double> shared = normal(tensor<double>(distance(88)), 5);
  BOOST_CHECK_EXCEPTION(p(x.q, x.k, x.v, drawn(1, 88, 4), shared), error, [](const error& e) {
    return std::string(e.what()).starts_with("gather: id 88 is not on axis distance, which has 88 places from 0; give");
  });
}
