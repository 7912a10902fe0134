// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE score_space
#include <support/program.hpp>
#include <support/walk_products.hpp>

#include <boost/test/unit_test.hpp>

/// Which walks the values of small programs need, as they stand (nothing is rewritten here).
using namespace support;

namespace {
constexpr axis<"batch"> batch;
constexpr axis<"head", 8> head;
constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr axis<"d", 64> d;

expr input(ir::builder& b, const axes& ax, const char* label, kind k = real) { return ir::input(b, ax, k, label); }

struct qkv {
  expr q, k, v;
  explicit qkv(ir::builder& b)
      : q(input(b, {batch, head, query, d}, "q")), k(input(b, {batch, head, key, d}, "k")),
        v(input(b, {batch, head, key, d}, "v")) {}
};

/// "query x key: 1+1 of component 0, level 0; " for each walk in order: inner and outer products; and what is stored.
template <class F> std::string walks(F f) {
  ir::builder b(64), simple(64);
  for (const expr& y : f(b)) b.outputs.push_back(ir::attach(b, y).id);
  BOOST_TEST(b.error.empty(), std::string(b.error.view()));
  ir::simplify(b.view(), simple);
  const ir::graph_view g = simple.view();
  const ir::score_spaces s = ir::find_score_spaces(g);
  std::string text;
  for (const ir::score_stream& t : s.streams) {
    const product_counts n = count_products(g, s, t);
    text += std::string(t.r->name) + " x " + std::string(t.c->name) + ": " + std::to_string(n.inner) + "+" +
            std::to_string(n.outer) + " of component " + std::to_string(t.component) + ", level " +
            std::to_string(t.level) + "; ";
  }
  for (int i = 0; i < g.size(); i++)
    if (s.stored[i]) text += std::string(g[i].op->name) + " stored; ";
  return text;
}
} // namespace

BOOST_AUTO_TEST_CASE(what_a_row_gives_back_costs_a_walk) {
  BOOST_TEST(walks([](ir::builder& b) {
               const auto [q, k, v] = qkv(b);
               return std::vector<expr>{contract(softmax(contract(q, k, d), key), v, key)};
             }) == "query x key: 1+0 of component 0, level 0; query x key: 1+1 of component 0, level 1; ");
}

BOOST_AUTO_TEST_CASE(a_running_maximum_costs_none) {
  const auto streamed = [](ir::builder& b, auto weights) {
    const auto [q, k, v] = qkv(b);
    const expr x = contract(q, k, d), m = max(x, key), shift = where(m == -infinity, 0.0, m), e = exp(x - at(shift));
    return std::vector<expr>{contract(weights(e), v, key), sum(e, key)};
  };
  const auto plain = [](const expr& e) { return e; };
  BOOST_TEST(walks([&](ir::builder& b) { return streamed(b, plain); }) == "query x key: 1+1 of component 0, level 0; ");
  const auto masked = [](const expr& e) { return where(index(query) >= index(key), e * 0.5, 0.0); };
  BOOST_TEST(walks([&](ir::builder& b) { return streamed(b, masked); }) ==
             "query x key: 1+1 of component 0, level 0; ");
  const auto bent = [](const expr& e) { return tanh(e); }; // no rescaling undoes that
  BOOST_TEST(walks([&](ir::builder& b) { return streamed(b, bent); }) ==
             "query x key: 1+0 of component 0, level 0; query x key: 1+1 of component 0, level 1; ");
}

BOOST_AUTO_TEST_CASE(masks_of_indices_join_nothing) {
  BOOST_TEST(walks([](ir::builder& b) { // two layers, one mask: two components
               const auto [q, k, v] = qkv(b);
               const auto layer = [&](const expr& x, const expr& y) {
                 return contract(where(index(query) >= index(key), contract(x, y, d), 0.0), v, key);
               };
               return std::vector<expr>{layer(layer(q, k), v)};
             }) == "query x key: 1+1 of component 0, level 0; query x key: 1+1 of component 1, level 0; ");
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_is_stored) {
  BOOST_TEST(walks([](ir::builder& b) {
               const auto [q, k, v] = qkv(b);
               const expr p = softmax(contract(q, k, d), key);
               return std::vector<expr>{p, contract(p, v, key)};
             }) == "query x key: 1+0 of component 0, level 0; query x key: 1+1 of component 0, level 1; exp stored; ");
  BOOST_TEST(walks([](ir::builder& b) { // a product whose result nothing reduces is an ordinary one
               const auto [q, k, v] = qkv(b);
               return std::vector<expr>{tanh(contract(q, k, d)), v};
             }) == "");
}
BOOST_AUTO_TEST_CASE(a_long_vocabulary_is_a_side_and_a_batch_is_none) {
  static constexpr sequence<"vocabulary", 8192> vocabulary;
  BOOST_TEST(walks([](ir::builder& b) {
               const expr x = input(b, {batch, query, d}, "x"), w = input(b, {vocabulary, d}, "w"),
                          y = input(b, {batch, query}, "y", integer), moved = x + at(input(b, {query, d}, "position"));
               return std::vector<expr>{cross_entropy(contract(moved, w, d), y, vocabulary)};
             }) == "query x vocabulary: 1+0 of component 0, level 0; ");
}
