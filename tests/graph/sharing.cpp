// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE sharing
#include <weft/ops/all.hpp>
#include <weft/trace/arg.hpp>
#include <weft/trace/transform.hpp>

#include <boost/test/unit_test.hpp>

/// The builder: equal nodes are one, unattached expressions move in whole, kinds are promoted as they meet.
using namespace weft;

namespace {
constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr axis<"d", 64> d;

/// A trace of f(x[query, d], ids[query], mask[query, key]): its nodes beyond those three, or what `read` makes of it.
struct counted {
  constexpr int operator()(const ir::builder& b, const expr&) const { return b.nodes.size() - 3; }
};
template <class Read = counted, class F> constexpr auto traced(F f, Read read = {}) {
  ir::builder b(64);
  const expr x = ir::input(b, {query, d}, real, "x"), ids = ir::input(b, {query}, integer, "ids"),
             mask = ir::input(b, {query, key}, boolean, "mask");
  const expr y = ir::attach(b, f(x, ids, mask));
  if (!b.error.empty()) throw "the trace is refused";
  return read(b, y);
}
constexpr auto kind_of = [](const ir::builder&, const expr& y) { return y.kind(); };

// --- sharing --------------------------------------------------------------------------------------------------------
static_assert(traced([](expr x, expr, expr) { return exp(x) * at(exp(x)); }) == 2);
static_assert(traced([](expr x, expr, expr) { return exp(x) + at(exp(x + 1)); }) == 6,
              "the integer 1 stays behind, the real one is used");
static_assert(traced([](expr x, expr, expr) { return sum(x, d) + at(sum(x, axes(d))); }) == 2);
static_assert(traced([](expr x, expr, expr) { return sum(x, d) + at(sum(x, query)); }) == 3);
static_assert(traced([](expr x, expr, expr) { return x * 2 + at(x * 2) + at(x * 2.0); }) == 5, "2 becomes 2.0");
static_assert(traced([](expr x, expr, expr) { return x * 0.0 + at(x * -0.0); }) == 5, "0 and -0 are two numbers");
static_assert(traced([](expr x, expr, expr) { return rename(x, query, key) + at(rename(x, query, key)); }) == 2);
static_assert(traced([](expr x, expr, expr) { return slice(x, d, 0, key) + at(slice(x, d, 1, key)); }) == 3);
static_assert(traced([](expr x, expr, expr) { return x - at(x); }) == 1 &&
              traced([](expr x, expr, expr) { return x; }) == 0);
// small as a graph, huge as a tree
static_assert(traced([](expr x, expr, expr) {
                for (int i = 0; i < 100; i++) x = x * at(x);
                return x;
              }) == 100);
// an alias is never shared: it keeps the variable of a derivative apart from its twin
static_assert(traced([](expr x, expr, expr) { return ir::fresh(x) * at(ir::fresh(x)); }) == 3);

// --- unattached expressions
// -------------------------------------------------------------------------------------------
constexpr expr causal = index(query) >= index(key); // belongs to no trace
static_assert(!causal.attached() && causal.loose.n == 3);
static_assert((index(query) * index(query) + index(query) * index(query)).loose.n == 3, "shared inside, too");
static_assert(traced([](expr x, expr, expr) { return where(causal, x, -infinity); }) == 3 + 1 + 1);
static_assert(traced([](expr x, expr, expr) { return where(causal, x, where(causal, x, 0.0)); }) == 3 + 1 + 2,
              "one fragment, attached twice, is there once");
static_assert(traced([](expr, expr, expr) { return causal; }) == 3,
              "a result that never met an argument is attached at the end");
static_assert(traced([](expr x, expr, expr) { return x * at(rsqrt(extent(d))); }) == 4,
              "64, as a real, its root, the product");
static_assert(traced([](expr x, expr, expr) { return x * at(rsqrt(extent(query))); }) == 4);
static_assert(expr(2.5).is_constant_equal(2.5) && !causal.is_constant_equal(1));
static_assert(extent(d).is_constant_equal(64) && !extent(query).is_constant_equal(64));

// --- kinds
// ------------------------------------------------------------------------------------------------------------
static_assert(traced([](expr x, expr ids, expr) { return x + at(ids); }, kind_of) == real);
static_assert(traced([](expr, expr ids, expr mask) { return ids + at(mask); }, kind_of) == integer);
static_assert(traced([](expr, expr, expr mask) { return mask + at(mask); }, kind_of) == integer,
              "booleans are counted");
static_assert(traced([](expr, expr ids, expr) { return ids / 2; }, kind_of) == real,
              "integers become real before they are divided");
static_assert(traced([](expr, expr ids, expr) { return ids * 2; }, kind_of) == integer);
static_assert(traced([](expr, expr ids, expr) { return ids * 2.0; }, kind_of) == real);
static_assert(traced([](expr, expr ids, expr) { return exp(ids); }, kind_of) == real);
static_assert(traced([](expr x, expr ids, expr) { return x < at(ids); }, kind_of) == boolean);
static_assert(traced([](expr, expr ids, expr) { return max(ids, query); }, kind_of) == integer);
static_assert(traced([](expr, expr, expr mask) { return sum(mask, key); }, kind_of) == integer);
static_assert(traced([](expr x, expr ids, expr mask) { return where(mask, x, ids); }, kind_of) == real);
static_assert(traced([](expr, expr ids, expr mask) { return where(mask, ids, 1); }, kind_of) == integer);
static_assert(traced([](expr, expr, expr mask) { return where(mask, mask, !mask); }, kind_of) == boolean);
static_assert(traced([](expr, expr ids, expr mask) { return where(mask, mask, ids); }, kind_of) == integer);
static_assert(traced([](expr, expr, expr mask) { return rename(mask, key, d); }, kind_of) == boolean);
static_assert(traced([](expr x, expr ids, expr) { return x + at(ids); }) == 2, "the conversion is a node");
static_assert(traced([](expr x, expr, expr mask) { return x + at(mask); }) == 3, "to integer, to real, the sum");

// --- derivatives only add what they need
// ------------------------------------------------------------------------------
constexpr auto square_sum = [](expr x) { return sum(x * at(x), {query, d}); };
// alias, x x, its sum | 1, spread; 1 x twice (the product's two sides are one node), their sum
static_assert(traced([](expr x, expr, expr) { return grad(square_sum)(x); }) == 3 + 2 + 2);
} // namespace

BOOST_AUTO_TEST_CASE(the_checks_above_compiled) {}

/// Twice the layers, twice the nodes: of the values and of the gradient.
BOOST_AUTO_TEST_CASE(gradients_grow_with_the_program_and_no_faster) {
  const auto nodes = [](int layers, bool gradient) {
    ir::builder b(4096);
    const expr x = ir::input(b, {query, d}, real, "x"), w = ir::input(b, {d, prime(d)}, real, "w");
    const auto f = [&](expr h) {
      for (int i = 0; i < layers; i++) h = h + at(rename(tanh(contract(h, w, d)), prime(d), d));
      return sum(h, {query, d});
    };
    if (gradient) grad(f)(x);
    else f(x);
    BOOST_TEST(b.error.empty());
    return b.nodes.size();
  };
  for (const bool gradient : {false, true}) {
    const int one = nodes(1, gradient), two = nodes(2, gradient), three = nodes(3, gradient), nine = nodes(9, gradient);
    BOOST_TEST(three - two == two - one);
    BOOST_TEST(nine - three == 6 * (two - one));
  }
  BOOST_TEST(nodes(20, true) < 5 * nodes(20, false));
}
