// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE axes
#include <weft/ops/all.hpp>
#include <weft/trace/arg.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

/// Names, roles and the shape rules: errors are values, and most of this is checked while it compiles.
using namespace weft;

namespace {
constexpr axis<"batch"> batch;
constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr axis<"head", 8> head;
constexpr axis<"d", 64> d;
constexpr axis<"d", 48> narrow;
constexpr axis<"e", 32> e;
constexpr sequence<"vocab", 100> vocab;
constexpr feature<"width"> width;

// --- axes -----------------------------------------------------------------------------------------------------------
static_assert(axis_ref(query)->extent == unbound && axis_ref(query)->role == role::sequence);
static_assert(axis_ref(d)->extent == 64 && axis_ref(d)->role == role::feature);
static_assert(axis_ref(vocab)->role == role::sequence && axis_ref(vocab)->extent == 100);
static_assert(axis_ref(width)->role == role::feature && axis_ref(width)->extent == unbound);
static_assert(same(query, axis<"query">()) && !same(query, key) && same(d, narrow),
              "names are the same axis, whatever the extent");
static_assert(axis_ref(prime(key))->name == "key'" && axis_ref(prime(prime(key)))->name == "key''" &&
              !same(key, prime(key)));
static_assert(axis_ref(prime(d))->extent == 64 && axis_ref(prime(vocab))->role == role::sequence);
static_assert(bound_axis(query(5)).extent == 5 && bound_axis(d).extent == 64);

constexpr axes three{batch, query, d};
static_assert(three.size() == 3 && three.find(query) == 1 && three.find(key) < 0 && three.has(narrow));
static_assert(three.without(axis_ref(query)) == axes{batch, d} && three.without(axes{d, batch, key}) == axes{query});
static_assert(three.contains(axes{d, batch}) && !three.contains(axes{d, key}) && three.contains(axes{}));
static_assert(three.matches(axes{d, query, batch}) && !three.matches(axes{d, query}) &&
              !(three == axes{query, batch, d}));
static_assert(three.repeated() == nullptr && same(axes(query, d, query).repeated(), query));

// --- rules ----------------------------------------------------------------------------------------------------------
using ir::operand, ir::verdict, ir::attributes;
template <class Op, class... O> constexpr verdict rule(const attributes& a, const O&... in) {
  const operand operands[]{in...};
  return ir::of<Op>::infer(operands, sizeof...(O), a);
}
constexpr operand on(const axes& ax, kind k = real) { return {ax, k}; }
constexpr attributes over(axis_ref a) {
  attributes x;
  x.axis = a;
  return x;
}
constexpr attributes summed(const axes& ax) {
  attributes x;
  x.shape = ax;
  return x;
}
constexpr attributes to(axis_ref from, axis_ref a, long start = 0) {
  attributes x;
  x.axis = from, x.to = a, x.start = start;
  return x;
}
constexpr verdict refused(const char* why, axis_ref left = nullptr, axis_ref right = nullptr) {
  return {{}, why, left, right};
}

// elementwise: the operand with most axes gives the order, the first one on a tie; new axes are appended
static_assert(rule<add_op>({}, on({query, d}), on({query, d})) == verdict{{query, d}});
static_assert(rule<add_op>({}, on({query, d}), on({d, query})) == verdict{{query, d}});
static_assert(rule<add_op>({}, on({}), on({d, query})) == verdict{{d, query}});
static_assert(rule<add_op>({}, on({query}), on({key})) == verdict{{query, key}});
static_assert(rule<add_op>({}, on({key}), on({head, query})) == verdict{{head, query, key}});
static_assert(rule<where_op>({}, on({query, key}, boolean), on({head, query, key}), on({})) ==
              verdict{{head, query, key}});
static_assert(rule<add_op>({}, on({query, d}), on({query, narrow})) ==
              refused("one axis with two extents:", d, narrow));
static_assert(rule<mul_op>({}, on({batch, query, key, head}), on({d, e, vocab, width})).out.size() == 8);
static_assert(rule<mul_op>({}, on({batch, query, key, head, d}), on({e, vocab, width, prime(d)})) ==
              refused("the result would have more than 8 axes"));

// reductions
static_assert(rule<sum_op>(over(query), on(three)) == verdict{{batch, d}});
static_assert(rule<sum_op>(summed({batch, d}), on(three)) == verdict{{query}});
static_assert(rule<max_op>(over(key), on(three)) == refused("no axis", key));
static_assert(rule<logsumexp_op>(summed({query, key}), on(three)) == refused("no axis", key));

// products: the left's remaining axes, then what only the right has
static_assert(rule<contract_op>(summed({d}), on({query, d}), on({key, d})) == verdict{{query, key}});
static_assert(rule<contract_op>(summed({d}), on({batch, query, d}), on({batch, d, key})) ==
              verdict{{batch, query, key}});
static_assert(rule<contract_op>(summed({head, d}), on({head, query, d}), on({d, width, head})) ==
              verdict{{query, width}});
static_assert(rule<contract_op>(summed({}), on({query}), on({key})) == verdict{{query, key}});
static_assert(rule<contract_op>(summed({d}), on({d}), on({d})) == verdict{{}});
static_assert(rule<contract_op>(summed({e}), on({query, d}), on({key, e})) == refused("both sides must have axis", e));
static_assert(rule<contract_op>(summed({d}), on({query, d}), on({key, narrow})) ==
              refused("one axis with two extents:", d, narrow));

// structure
static_assert(rule<rename_op>(to(query, key), on({query, d})) == verdict{{key, d}});
static_assert(rule<rename_op>(to(key, query), on({query, d})) == refused("no axis", key));
static_assert(rule<rename_op>(to(query, d), on({query, d})) == refused("there is already an axis", d));
static_assert(rule<rename_op>(to(d, e), on({query, d})) == refused("different extents:", d, e));
static_assert(rule<exchange_op>(to(query, key), on({query, d, key})) == verdict{{key, d, query}});
static_assert(rule<exchange_op>(to(query, key), on({query, d})) == refused("no axis", key));
static_assert(rule<exchange_op>(to(d, e), on({d, e})) == refused("different extents:", d, e));
static_assert(rule<slice_op>(to(d, e, 32), on({query, d})) == verdict{{query, e}});
static_assert(rule<slice_op>(to(d, e, 33), on({query, d})) == refused("reaches beyond its axis:", d, e));
static_assert(rule<slice_op>(to(d, e, -1), on({query, d})) == refused("reaches beyond its axis:", d, e));
static_assert(rule<slice_op>(to(query, e, 1000), on({query, d})) == verdict{{e, d}},
              "an unbound extent is checked at the call");
static_assert(rule<pad_op>(to(e, d, 32), on({e, query})) == verdict{{d, query}});
static_assert(rule<pad_op>(to(e, d, 33), on({e, query})) == refused("reaches beyond its axis:", e, d));
static_assert(rule<gather_op>(over(vocab), on({vocab, width}), on({batch, query}, integer)) ==
              verdict{{batch, query, width}});
static_assert(rule<gather_op>(over(vocab), on({vocab, head, width}), on({query, head}, integer)) ==
              verdict{{query, head, width}});
static_assert(rule<gather_op>(over(vocab), on({vocab, width}), on({query})) == refused("the ids must be integers"));
static_assert(rule<gather_op>(over(vocab), on({vocab, width}), on({vocab}, integer)) == verdict{{vocab, width}});
static_assert(rule<scatter_add_op>(over(vocab), on({query, width}), on({query}, integer)) == verdict{{vocab, width}});
static_assert(rule<scatter_add_op>(over(vocab), on({width}), on({query}, integer)) ==
              refused("the values must have all axes of the ids"));
static_assert(rule<ir::input_op>(summed({query, query})) == refused("an argument has one axis twice:", query));
static_assert(rule<ir::arrange_op>(summed({query, key, d}), on({d, query})) == verdict{{query, key, d}});
static_assert(rule<ir::arrange_op>(summed({query, key}), on({d, query})) == refused("the wanted axes lack", d));

constexpr attributes parts(axis_ref into, const axes& each) {
  attributes x;
  x.to = into, x.shape = each;
  return x;
}
constexpr axis<"both", 96> both;
static_assert(rule<concat_op>(parts(both, {d, e}), on({query, d}), on({e, query})) == verdict{{query, both}});
static_assert(rule<concat_op>(parts(vocab, {d, e}), on({query, d}), on({e, query})) ==
              refused("the extents of the parts don't add up to", vocab));
static_assert(rule<concat_op>(parts(both, {d, e}), on({query, d}), on({e, key})) ==
              refused("the parts must have the same axes besides", d, e));
static_assert(rule<concat_op>(parts(both, {d, e}), on({query, d}), on({e, query}, integer)) ==
              refused("the parts must be of one kind"));
static_assert(rule<concat_op>(parts(query, {d, e}), on({query, d}), on({e, query})) ==
              refused("there is already an axis", query));

static_assert(rule<diagonal_op>(to(prime(d), d), on({query, d, prime(d)})) == verdict{{query, d}});
static_assert(rule<diagonal_op>(to(d, d), on({query, d})) == refused("needs two axes, not twice", d));
static_assert(rule<diagonal_op>(to(e, d), on({e, d})) == refused("different extents:", d, e));
constexpr attributes regrouped(axis_ref whole, const axes& parts) { return ir::regrouping(whole, parts); }
static_assert(rule<split_op>(regrouped(d, {head, e}), on({d, query})) ==
              refused("the extents of the parts don't multiply up to", d));
static_assert(rule<split_op>(regrouped(d, {head, key}), on({d, query})) == verdict{{head, key, query}});
static_assert(rule<split_op>(regrouped(d, {query, head}), on({d, query})) ==
              refused("there is already an axis", query));
static_assert(rule<merge_op>(regrouped(both, {query, head}), on({head, d, query})) == verdict{{d, both}});
static_assert(rule<merge_op>(regrouped(d, {query, head}), on({head, d, query})) ==
              refused("there is already an axis", d));
static_assert(rule<merge_op>(regrouped(both, {key}), on({head, d, query})) == refused("no axis", key));
static_assert(rule<cumsum_op>(over(key), on({query, d})) == refused("no axis", key));
static_assert(rule<linear_recurrence_op>(over(query), on({d}), on({query, d})) == verdict{{query, d}});
static_assert(rule<argsort_op>(to(d, e), on({query, d})) == verdict{{query, e}});
static_assert(rule<argsort_op>(to(e, d), on({query, e})) == refused("reaches beyond its axis:", e, d));

/// What a trace of one expression says: nothing, or the message.
template <class F> constexpr ir::message told(F f) {
  ir::builder b(64);
  const expr q = ir::input(b, {batch, query, d}, real, "q"), k = ir::input(b, {batch, key, d}, real, "k");
  f(q, k);
  return b.error;
}
template <class F> constexpr bool says(F f, std::string_view beginning, std::string_view later = "") {
  const ir::message m = told(f);
  return m.view().substr(0, beginning.size()) == beginning && m.view().find(later) != std::string_view::npos;
}
static_assert(says([](expr q, expr k) { matmul(q, transpose(k)); }, ""));
static_assert(told([](expr q, expr k) { matmul(q, transpose(k)); }).empty());
static_assert(
    says([](expr q, expr k) { matmul(q, k); },
         "matmul: the last axis of the left and the second-last of the right must be the same, not d=64 and key in "
         "([batch, query, d=64], [batch, key, d=64]); transpose(right), rename an axis, or name it: "
         "contract(a, b, axis) at axes.cpp:"));
static_assert(
    says([](expr q, expr k) { softmax(contract(q, k, d), head); },
         "logsumexp: no axis head=8 in ([batch, query, key]); reduce over one of the operand's own axes at axes.cpp:",
         ", in softmax at axes.cpp:"));
// the first error sticks, and what follows it is harmless
static_assert(says([](expr q, expr k) { sum(exp(sum(q, key)) * rename(k, d, head) + matmul(q, q), head); },
                   "sum: no axis key in"));
} // namespace

BOOST_AUTO_TEST_CASE(the_checks_above_compiled) {}

BOOST_AUTO_TEST_CASE(assignments_are_operators_and_name_the_line) {
  ir::builder b(64);
  const expr x = ir::input(b, {query}, real, "x"), y = ir::input(b, {query}, real, "y");
  expr z = x;
  BOOST_TEST((z += y).id == (x + y).id);
  BOOST_TEST((z -= 2).id == (x + y - 2).id);
  BOOST_TEST((z *= z).id == ((x + y - 2) * (x + y - 2)).id);
  z = x;
  BOOST_TEST((z /= y).id == (x / y).id);
  constexpr axis<"n", 2> two;
  constexpr axis<"n", 3> three;
  z = ir::input(b, {two}, real, "z");
  z += ir::input(b, {three}, real, "w");
  BOOST_TEST(std::string(b.error.view()).ends_with(" at axes.cpp:" + std::to_string(__LINE__ - 1)));
}

BOOST_AUTO_TEST_CASE(operands_of_two_traces_are_refused) {
  ir::builder one(64), other(64);
  const expr x = ir::input(one, {query}, real, "x"), y = ir::input(other, {query}, real, "y");
  BOOST_TEST((x + y).id < 0);
  BOOST_TEST(one.error.view() == "add: operands of two different traces");
}
