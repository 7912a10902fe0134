// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE program_streams
#include <support/attention.hpp>
#include <support/leaves.hpp>

#include <boost/test/unit_test.hpp>

#include <limits>

/// Programs that walk their score spaces: right, never storing them, whatever stands behind a mask.
namespace demo {
using namespace support;

constexpr axis<"head"> head;
constexpr axis<"d", 16> d;

constexpr auto q_arg = arg<"q">(batch, head, query, d);
constexpr auto k_arg = arg<"k">(batch, head, key, d);
constexpr auto v_arg = arg<"v">(batch, head, key, d);

constexpr auto causal_attention = [](expr q, expr k, expr v) { return attend(causal(scores(q, k, d)), v); };

/// A scalar that depends on `f` and its gradients for q, k and v.
template <class F> auto learned(F f) {
  return [f](expr q, expr k, expr v, auto... more) {
    const auto loss = [&](expr q, expr k, expr v) {
      const expr o = f(q, k, v, more...);
      return sum(tanh(o) * at(o), o.ax());
    };
    return value_and_grad(loss, wrt<0, 1, 2>)(q, k, v);
  };
}

struct inputs {
  tensor<double> q, k, v;
  inputs(long batches, long heads, long queries, long keys)
      : q(normal(tensor<double>(batch(batches), head(heads), query(queries), d), 1)),
        k(normal(tensor<double>(batch(batches), head(heads), key(keys), d), 2)),
        v(normal(tensor<double>(batch(batches), head(heads), key(keys), d), 3)) {}
};
} // namespace demo
using namespace demo;

BOOST_AUTO_TEST_CASE(many_shapes) {
  const auto p = build(learned(causal_attention), q_arg, k_arg, v_arg);
  BOOST_TEST(!p.materializes(query, key));
  for (const auto& [heads, queries, keys] :
       {std::array{1l, 1l, 1l}, {3l, 7l, 300l}, {1l, 300l, 7l}, {2l, 96l, 256l}, {1l, 257l, 129l}, {5l, 49l, 131l}}) {
    const inputs x(2, heads, queries, keys);
    BOOST_TEST(difference(p(x.q, x.k, x.v), p.reference(x.q, x.k, x.v)) < 1e-12,
               heads << " " << queries << " " << keys);
  }
}

BOOST_AUTO_TEST_CASE(empty_axes) {
  const auto p = build(learned(causal_attention), q_arg, k_arg, v_arg);
  for (const auto& [queries, keys] : {std::array{0l, 5l}, {5l, 0l}, {0l, 0l}}) {
    const inputs x(2, 3, queries, keys);
    BOOST_TEST(difference(p(x.q, x.k, x.v), p.reference(x.q, x.k, x.v)) == 0, queries << " " << keys);
  }
}

BOOST_AUTO_TEST_CASE(documents_and_windows) {
  const auto masked = [](expr q, expr k, expr v, expr of_query, expr of_key) {
    const expr distance = index(query) - at(index(key));
    const expr allowed = of_query == of_key && distance < 70 && distance > -40;
    return attend(where(allowed, scores(q, k, d), -infinity), v);
  };
  const auto p = build(learned(masked), q_arg, k_arg, v_arg, arg<"of_query", integer>(batch, query),
                       arg<"of_key", integer>(batch, key));
  const inputs x(2, 2, 400, 400);
  tensor<std::int64_t> of_query(batch(2), query(400)), of_key(batch(2), key(400));
  for (long i = 0; i < of_query.size(); i++) of_query[i] = of_key[i] = i / 90;
  BOOST_TEST(!p.materializes(query, key));
  BOOST_TEST(difference(p(x.q, x.k, x.v, of_query, of_key), p.reference(x.q, x.k, x.v, of_query, of_key)) < 1e-12);
}

BOOST_AUTO_TEST_CASE(what_stands_behind_a_mask_has_no_effect) {
  const auto biased = [](expr q, expr k, expr v, expr bias) { return attend(causal(scores(q, k, d) + bias), v); };
  const auto p = build(learned(biased), q_arg, k_arg, v_arg, arg<"bias">(query, key));
  const inputs x(1, 2, 150, 150);
  tensor<double> bias = normal(tensor<double>(query(150), key(150)), 5);
  const auto clean = p(x.q, x.k, x.v, bias);
  BOOST_TEST(difference(clean, p.reference(x.q, x.k, x.v, bias)) < 1e-12);
  for (const double garbage : {1e15, -1e300, infinity, -infinity, std::numeric_limits<double>::quiet_NaN(), 5e-324}) {
    for (long i = 0; i < 150; i++)
      for (long j = i + 1; j < 150; j++) bias[i * 150 + j] = garbage;
    BOOST_TEST(same_bits(p(x.q, x.k, x.v, bias), clean), garbage);
  }
}

BOOST_AUTO_TEST_CASE(rows_without_scores_give_zeros) {
  const auto late = [](expr q, expr k, expr v) {
    return attend(where(index(key) + 60 < index(query), scores(q, k, d), -infinity), v);
  };
  const auto p = build(learned(late), q_arg, k_arg, v_arg);
  const inputs x(1, 1, 130, 130);
  const auto [value, gradient] = p(x.q, x.k, x.v);
  for (long i = 0; i < 60 * 16; i++) BOOST_REQUIRE(std::get<0>(gradient)[i] == 0);
  BOOST_TEST(difference(p(x.q, x.k, x.v), p.reference(x.q, x.k, x.v)) < 1e-12);
}

BOOST_AUTO_TEST_CASE(threads_do_not_change_bits) {
  const auto p = build(learned(causal_attention), q_arg, k_arg, v_arg);
  for (const long heads : {1l, 6l}) {
    const inputs x(1, heads, 500, 500);
    const auto run = [&](int threads) {
      default_pool().resize(threads);
      return p(x.q, x.k, x.v);
    };
    const auto one = run(1), two = run(2), three = run(3);
    BOOST_TEST((same_bits(one, two) && same_bits(one, three)), heads << " heads");
  }
  default_pool().resize(2);
}

BOOST_AUTO_TEST_CASE(wanted_scores_are_stored) {
  const auto p = build(
      [](expr q, expr k, expr v) {
        const expr weights = softmax(scores(q, k, d), key);
        return std::tuple{contract(weights, v, key), weights};
      },
      q_arg, k_arg, v_arg);
  const inputs x(2, 2, 70, 140);
  BOOST_TEST(p.materializes(query, key));
  BOOST_TEST(difference(p(x.q, x.k, x.v), p.reference(x.q, x.k, x.v)) < 1e-12);
}

/// A product of two static axes is stored; explain() says what would stream it, and of one that is small nothing.
BOOST_AUTO_TEST_CASE(products_that_outgrow_their_operands_say_so) {
  static constexpr axis<"rows", 512> rows;
  static constexpr axis<"columns", 256> columns;
  static constexpr axis<"few", 4> few;
  const auto told = [](const axes& left, const axes& right, axis_ref over) {
    ir::built_graph b;
    const expr x = ir::input(b.source, left, real, "x"), y = ir::input(b.source, right, real, "y");
    b.source.outputs.push_back(sum(softmax(contract(x, y, d), over), over).id);
    ir::lower(b);
    ir::program_data data;
    data.source = b.source.view(), data.lowered = b.lowered.view(), data.plan = b.plan.view();
    data.inputs = {"x", "y"};
    return ir::explain(data, nullptr, true);
  };
  BOOST_TEST(told({rows, d}, {columns, d}, columns)
                 .find("; as sequence<\"rows\", 512> and sequence<\"columns\", 256> it would be streamed") !=
             std::string::npos);
  BOOST_TEST(told({rows, d}, {few, d}, few).find("sequence<") == std::string::npos);
  BOOST_TEST(told({query, d}, {key, d}, key).find("sequence<") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(hessian_products_store_no_space) {
  const auto p = build(
      [](expr q, expr k, expr v, expr t) {
        const auto loss = [&](expr q) {
          const expr o = causal_attention(q, k, v);
          return sum(o * at(o), o.ax());
        };
        return hvp(loss)(q, t);
      },
      q_arg, k_arg, v_arg, arg<"t">(batch, head, query, d));
  const inputs x(1, 2, 140, 140);
  const tensor<double> t = normal(tensor<double>(batch(1), head(2), query(140), d), 9);
  BOOST_TEST(!p.materializes(query, key));
  BOOST_TEST(difference(p(x.q, x.k, x.v, t), p.reference(x.q, x.k, x.v, t)) < 1e-12);
}

BOOST_AUTO_TEST_CASE(memory_grows_with_the_length_alone) {
  const auto p = build(learned(causal_attention), q_arg, k_arg, v_arg);
  const auto bytes = [&](long n) {
    const inputs x(1, 1, n, n);
    const auto run = p.bind(x.q, x.k, x.v);
    return static_cast<double>(run.arena_bytes());
  };
  const double one = bytes(1024), two = bytes(2048);
  BOOST_TEST(two / one < 2.1);
  BOOST_TEST(two < 2048 * 16 * 8 * 8); // a few values as large as q
}
