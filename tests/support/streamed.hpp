// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <support/attention.hpp>
#include <support/program.hpp>
#include <support/walk_products.hpp>

#include <weft/facts/print.hpp>
#include <weft/graph/verify.hpp>
#include <weft/passes/move_views.hpp>
#include <weft/passes/stream.hpp>

#include <boost/test/unit_test.hpp>

/// In how many walks over its score spaces a program runs, with how many matrix products, and that the rewritten graph
/// still computes the same.
namespace support {
inline constexpr axis<"head", 8> head;
inline constexpr axis<"d", 64> d;
inline constexpr axis<"e", 64> e;

inline expr input(ir::builder& b, const axes& ax, const char* label, kind k = real) {
  return ir::input(b, ax, k, label);
}

/// Short, or long enough for several blocks and tiles.
inline long extent_of(axis_ref a, bool several_tiles) {
  if (a->extent != unbound) return a->extent;
  if (several_tiles) return same(a, query) ? 61 : same(a, batch) ? 2 : 150;
  return same(a, query) ? 13 : same(a, batch) ? 2 : 11;
}
/// Random inputs: integers in [0, 5), reals of a normal distribution's size.
inline values inputs_of(ir::graph_view g, double size, bool several_tiles = false) {
  values in;
  std::uint64_t n = 0;
  for (int i : g.inputs) {
    std::vector<long> extents;
    for (axis_ref a : g[i].ax) extents.push_back(extent_of(a, several_tiles));
    value v(g[i].k, precision::twice, g[i].ax, extents);
    for (long j = 0; j < v.size(); j++)
      v.set(j, g[i].k == real
                   ? size * (2 * uniform_at(n, static_cast<std::uint64_t>(j)) - 1)
                   : static_cast<double>(integer_at(n, static_cast<std::uint64_t>(j), g[i].k == boolean ? 2 : 5)));
    in.push_back(v);
    n++;
  }
  return in;
}

using results = std::vector<expr>;
using function = results (*)(ir::builder&);

/// A graph as a program of its own.
inline live_program program_of(ir::graph_view g, void (*pass)(ir::graph_view, ir::builder&)) {
  return live_program([&](ir::builder& b) {
    pass(g, b);
    results r;
    for (int o : b.outputs) r.push_back({&b, o});
    b.outputs.clear();
    return r;
  });
}

/// "2p/7 1+1 2+3": walks and products, inner and outer of each walk; then what is stored.
inline std::string shown(ir::graph_view g) {
  const ir::score_spaces s = ir::find_score_spaces(g);
  std::string each;
  int products = 0;
  for (const ir::score_stream& t : s.streams) {
    const product_counts n = count_products(g, s, t);
    each += " " + std::to_string(n.inner) + "+" + std::to_string(n.outer);
    products += n.inner + n.outer;
  }
  std::string text = std::to_string(s.streams.size()) + "p/" + std::to_string(products) + each;
  for (int i = 0; i < g.size(); i++)
    if (s.stored[i]) text += ", stored " + std::string(g[i].op->name);
  return text;
}

/// A program as the passes before streaming leave it, and streamed.
struct streamed_program {
  const ir::builder& made;
  ir::builder before{64}, after{64};
  explicit streamed_program(const ir::builder& b) : made(b) {
    BOOST_REQUIRE_MESSAGE(made.error.empty(), std::string(made.error.view()));
    ir::builder simple(64), rewritten(64);
    ir::simplify(made.view(), simple);
    if (ir::builder moved(64); ir::can_move_views(simple.view())) {
      ir::move_views(simple.view(), moved);
      simple = std::move(moved);
    }
    ir::reassociate(simple.view(), before);
    ir::stream(before.view(), rewritten);
    const ir::message wrong = ir::verify(rewritten.view());
    BOOST_REQUIRE_MESSAGE(wrong.empty(), std::string(wrong.view()));
    ir::simplify(rewritten.view(), after);
    if (std::getenv("WEFT_SHOW_GRAPHS")) BOOST_TEST_MESSAGE(ir::to_text(after.view()));
  }
  /// How far the results are from those of the program as it was, at most; NaN if those are not finite.
  double error(double size, double floor) const {
    const values in = inputs_of(before.view(), size);
    const values want = program_of(made.view(), ir::simplify).reference(in),
                 got = program_of(before.view(), ir::stream).reference(in);
    double far = 0;
    for (std::size_t k = 0; k < want.size(); k++) {
      if (!std::isfinite(want[k].largest())) return std::nan("");
      far = std::max(far, distance(got[k], want[k], floor));
    }
    return far;
  }
  /// How far the streams' results are from the reference's.
  double walked_error(bool several_tiles, double floor) const {
    const values in = inputs_of(before.view(), 1, several_tiles);
    const live_program p = program_of(made.view(), ir::simplify);
    return distance(p.interpreted(in), p.reference(in), floor);
  }
};

inline void check(const char* name, const char* expected, function f, bool run = true) {
  BOOST_TEST_CONTEXT(name) {
    ir::builder made(64);
    for (const expr& y : f(made)) made.outputs.push_back(ir::attach(made, y).id);
    const streamed_program p(made);
    BOOST_TEST(shown(p.after.view()) == expected);
    if (!run) return;
    for (const double size : {1.0, 30.0}) BOOST_TEST(p.error(size, 1e-3) < 1e-9, "inputs up to " << size);
    for (const bool several_tiles : {false, true}) BOOST_TEST(p.walked_error(several_tiles, 1e-3) < 1e-10, "walked");
  }
}

inline expr scores(const expr& q, const expr& k) { return scores(q, k, d); }
inline expr sigmoid(const expr& x) { return 0.5 + 0.5 * at(tanh(0.5 * at(x))); }

struct qkv {
  expr q, k, v;
  explicit qkv(ir::builder& b, const axes& more = {})
      : q(input(b, with(more, head, query, d), "q")), k(input(b, with(more, head, key, d), "k")),
        v(input(b, with(more, head, key, e), "v")) {}
  static axes with(axes a, axis_ref x, axis_ref y, axis_ref z) {
    a.add(x), a.add(y), a.add(z);
    return a;
  }
};

/// The value, and the gradients of <value, do> for what it is made of.
template <class F, class... X> results forward_and_gradients(ir::builder& b, F f, const X&... x) {
  const expr o = f(x...), cotangent = input(b, o.ax(), "do");
  const auto g = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return grad([&](auto... y) { return sum(f(y...) * at(cotangent), cotangent.ax()); }, wrt<I...>)(x...);
  }(std::index_sequence_for<X...>{});
  results r{o};
  if constexpr (sizeof...(X) == 1) r.push_back(g);
  else std::apply([&](const auto&... each) { (r.push_back(each), ...); }, g);
  return r;
}
/// A loss that depends on the value, and its gradients.
template <class F, class... X> results loss_and_gradients(ir::builder& b, F f, const X&... x) {
  const expr w = input(b, f(x...).ax(), "w");
  const auto loss = [&](auto... y) { return sum(tanh(f(y...)) * at(w), w.ax()); };
  const auto g = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return grad(loss, wrt<I...>)(x...);
  }(std::index_sequence_for<X...>{});
  results r{loss(x...)};
  std::apply([&](const auto&... each) { (r.push_back(each), ...); }, g);
  return r;
}
} // namespace support
