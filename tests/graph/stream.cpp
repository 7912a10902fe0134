// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE stream
#include <support/program.hpp>

#include <weft/facts/print.hpp>
#include <weft/graph/verify.hpp>
#include <weft/passes/stream.hpp>

#include <boost/test/unit_test.hpp>

/// In how many walks over its score spaces a program runs, with how many matrix products, and that the rewritten graph
/// still computes the same.
using namespace support;

namespace {
constexpr axis<"batch"> batch;
constexpr axis<"head", 8> head;
constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr axis<"d", 64> d;
constexpr axis<"e", 64> e;

expr input(ir::builder& b, const axes& ax, const char* label, kind k = real) { return ir::input(b, ax, k, label); }

long extent_of(axis_ref a) {
  if (a->extent != unbound) return a->extent;
  return same(a, query) ? 13 : same(a, batch) ? 2 : 11;
}
/// Random inputs: integers in [0, 5), reals of a normal distribution's size.
values inputs_of(ir::graph_view g, double size) {
  values in;
  std::uint64_t n = 0;
  for (int i : g.inputs) {
    std::vector<long> extents;
    for (axis_ref a : g[i].ax) extents.push_back(extent_of(a));
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
live_program program_of(ir::graph_view g, void (*pass)(ir::graph_view, ir::builder&)) {
  return live_program([&](ir::builder& b) {
    pass(g, b);
    results r;
    for (int o : b.outputs) r.push_back({&b, o});
    b.outputs.clear();
    return r;
  });
}

/// "2p/7 1+1 2+3": walks and products, inner and outer of each walk; then what is stored.
std::string shown(ir::graph_view g) {
  const ir::score_spaces s = ir::find_score_spaces(g);
  std::string each;
  int products = 0;
  for (const ir::score_stream& t : s.streams) {
    const ir::product_counts n = ir::count_products(g, s, t);
    each += " " + std::to_string(n.inner) + "+" + std::to_string(n.outer);
    products += n.inner + n.outer;
  }
  std::string text = std::to_string(s.streams.size()) + "p/" + std::to_string(products) + each;
  for (int i = 0; i < g.size(); i++)
    if (s.stored[i]) text += ", stored " + std::string(g[i].op->name);
  return text;
}

void check(const char* name, const char* expected, function f, bool run = true) {
  BOOST_TEST_CONTEXT(name) {
    ir::builder made(64), simple(64), streamed(64), after(64);
    for (const expr& y : f(made)) made.outputs.push_back(ir::attach(made, y).id);
    BOOST_REQUIRE_MESSAGE(made.error.empty(), std::string(made.error.view()));
    ir::simplify(made.view(), simple);
    ir::reassociate(simple.view(), after);
    simple = std::move(after);
    after = ir::builder(64);
    ir::stream(simple.view(), streamed);
    const ir::message wrong = ir::verify(streamed.view());
    BOOST_REQUIRE_MESSAGE(wrong.empty(), std::string(wrong.view()));
    ir::simplify(streamed.view(), after);
    BOOST_TEST(shown(after.view()) == expected);
    if (std::getenv("WEFT_SHOW_GRAPHS")) BOOST_TEST_MESSAGE(ir::to_text(after.view()));
    if (!run) return;
    const live_program before = program_of(simple.view(), ir::simplify),
                       rewritten = program_of(simple.view(), ir::stream);
    for (const double size : {1.0, 30.0}) {
      const values in = inputs_of(simple.view(), size);
      const values want = before.reference(in), got = rewritten.reference(in);
      BOOST_REQUIRE(want.size() == got.size());
      for (std::size_t k = 0; k < want.size(); k++) {
        BOOST_TEST(std::isfinite(want[k].largest()));
        const double far = distance(got[k], want[k], 1e-3);
        BOOST_TEST(far < 1e-9, "size " << size << ", result " << k << ": " << far);
      }
    }
  }
}

expr scores(const expr& q, const expr& k) { return contract(q, k, d) * at(rsqrt(extent(d))); }
expr attend(const expr& s, const expr& v) { return contract(softmax(s, key), v, key); }
expr causal(const expr& s) { return where(index(query) >= index(key), s, -infinity); }
expr sigmoid(const expr& x) { return 0.5 + 0.5 * at(tanh(0.5 * at(x))); }

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
} // namespace

BOOST_AUTO_TEST_CASE(attention_and_its_gradients) {
  check("forward", "1p/2 1+1", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return results{attend(scores(q, k), v)};
  });
  check("forward and gradients", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(b, [](expr q, expr k, expr v) { return attend(scores(q, k), v); }, q, k, v);
  });
  check("only dq", "1p/4 2+2", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    const results all =
        forward_and_gradients(b, [](expr q, expr k, expr v) { return attend(scores(q, k), v); }, q, k, v);
    return results{all[1]};
  });
  check("causal, with a batch", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b, axes(batch));
    return forward_and_gradients(b, [](expr q, expr k, expr v) { return attend(causal(scores(q, k)), v); }, q, k, v);
  });
  check("below a loss", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return loss_and_gradients(b, [](expr q, expr k, expr v) { return attend(causal(scores(q, k)), v); }, q, k, v);
  });
}

BOOST_AUTO_TEST_CASE(variants_of_attention) {
  check("learned slope", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b, axes(batch));
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v, expr slope) {
          return attend(causal(scores(q, k) + slope * at(index(key) - index(query))), v);
        },
        q, k, v, input(b, {head}, "slope"));
  });
  check("soft cap", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b, [](expr q, expr k, expr v) { return attend(causal(5.0 * at(tanh(0.2 * at(scores(q, k))))), v); }, q, k, v);
  });
  check("relative table", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b, axes(batch));
    static constexpr axis<"rel", 64> rel;
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v, expr table) {
          const expr i = ir::attach(*q.g, index(key) - index(query) + 20);
          return attend(causal(scores(q, k) + at(gather(table, i, rel))), v);
        },
        q, k, v, input(b, {head, rel}, "table"));
  });
  check("table shared by heads and batch", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b, axes(batch));
    static constexpr axis<"rel", 64> rel;
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v, expr table) {
          const expr i = ir::attach(*q.g, index(key) - index(query) + 20);
          return attend(causal(scores(q, k) + at(gather(table, i, rel))), v);
        },
        q, k, v, input(b, {rel}, "table"));
  });
  check("dropout", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          const expr keep = uniform(ir::attach(*q.g, expr(7)), {head, query, key}) < 0.8;
          return contract(where(keep, softmax(scores(q, k), key) * 1.25, 0.0), v, key);
        },
        q, k, v);
  });
  check("sink", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v, expr sink) {
          const expr s = scores(q, k), l = logsumexp(s, key), m = max(l, sink);
          const expr total = m + at(log(exp(l - at(m)) + at(exp(sink - at(m)))));
          return contract(exp(s - at(total)), v, key);
        },
        q, k, v, input(b, {head}, "sink"));
  });
  check("sigmoid", "1p/6 2+4", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b, [](expr q, expr k, expr v) { return contract(sigmoid(scores(q, k)), v, key); }, q, k, v);
  });
  check("softmax over queries", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b, [](expr q, expr k, expr v) { return contract(softmax(scores(q, k), query), v, key); }, q, k, v);
  });
  check("gate", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b, [](expr q, expr k, expr v, expr w) { return sigmoid(w) * at(attend(scores(q, k), v)); }, q, k, v,
        input(b, {head, query, e}, "w"));
  });
  check("dense bias", "2p/7 1+1 2+3, stored sub", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b, [](expr q, expr k, expr v, expr w) { return attend(scores(q, k) + at(w), v); }, q, k, v,
        input(b, {head, query, key}, "w"));
  });
  check("grouped queries", "2p/7 1+1 2+3", [](ir::builder& b) {
    static constexpr axis<"group", 8> group;
    const expr q = input(b, {group, head, query, d}, "q"), k = input(b, {head, key, d}, "k"),
               v = input(b, {head, key, e}, "v");
    return forward_and_gradients(b, [](expr q, expr k, expr v) { return attend(causal(scores(q, k)), v); }, q, k, v);
  });
  check("no score of the first rows", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          return attend(where((index(query) >= index(key)) && (index(key) >= 5), scores(q, k), -infinity), v);
        },
        q, k, v);
  });
  check("differential", "2p/12 3+0 3+6", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    const expr q2 = input(b, {head, query, d}, "q2"), k2 = input(b, {head, key, d}, "k2");
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v, expr q2, expr k2, expr lambda) {
          return contract(softmax(scores(q, k), key) - at(lambda * at(softmax(scores(q2, k2), key))), v, key);
        },
        q, k, v, q2, k2, input(b, {head}, "lambda"));
  });
  check("talking heads", "2p/14 4+0 6+4", [](ir::builder& b) {
    static constexpr axis<"g", 8> g;
    static constexpr axis<"m", 8> m;
    const expr q = input(b, {head, query, d}, "q"), k = input(b, {head, key, d}, "k"), v = input(b, {m, key, e}, "v");
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v, expr w1, expr w2) {
          return contract(contract(w2, softmax(contract(w1, scores(q, k), head), key), g), v, key);
        },
        q, k, v, input(b, {g, head}, "w1"), input(b, {m, g}, "w2"));
  });
}

BOOST_AUTO_TEST_CASE(losses_over_spaces) {
  check("cross-entropy", "2p/4 1+0 1+2", [](ir::builder& b) {
    static constexpr sequence<"V", 8192> V;
    const expr x = input(b, {query, d}, "x"), w = input(b, {V, d}, "w"), y = input(b, {query}, "y", integer);
    const auto loss = [&](expr x, expr w) { return sum(cross_entropy(contract(x, w, d), y, V), query); };
    const auto [dx, dw] = grad(loss, wrt<0, 1>)(x, w);
    return results{loss(x, w), dx, dw};
  });
  check("contrastive", "2p/4 1+0 1+2", [](ir::builder& b) {
    const expr x = input(b, {query, d}, "x"), y = input(b, {key, d}, "y");
    const auto loss = [&](expr x, expr y) {
      const expr s = 2.0 * at(contract(x, y, d)), diagonal = where(index(query) == index(key), s, 0.0);
      return 0.5 * at(sum(logsumexp(s, key), query)) + 0.5 * at(sum(logsumexp(s, query), key)) -
             at(sum(diagonal, {query, key}));
    };
    const auto [dx, dy] = grad(loss, wrt<0, 1>)(x, y);
    return results{loss(x, y), dx, dy};
  });
  check("entropy", "2p/4 1+0 1+2", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k) {
          const expr s = scores(q, k), allowed = ir::attach(*q.g, index(query) >= index(key)),
                     masked = where(allowed, s, -infinity);
          const expr l = logsumexp(masked, key);
          return sum(where(allowed, softmax(masked, key) * at(l - at(s)), 0.0), key);
        },
        q, k);
  });
  check("sum of squares", "2p/4 1+0 1+2", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k) {
          const expr p = softmax(scores(q, k), key);
          return sum(p * at(p), key);
        },
        q, k);
  });
  check("Gaussian kernel", "1p/6 2+4", [](ir::builder& b) {
    const expr q = input(b, {query, d}, "q"), k = input(b, {key, d}, "k"), v = input(b, {key, e}, "v");
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          const expr near = contract(q, k, d) - at(0.5 * at(sum(q * at(q), d) + at(sum(k * at(k), d))));
          return contract(exp(near), v, key);
        },
        q, k, v);
  });
  check("linear attention", "0p/0", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b, [](expr q, expr k, expr v) { return contract(contract(q, k, d), v, key); }, q, k, v);
  });
  check("causal linear attention", "2p/6 1+2 1+2", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          return contract(where(index(query) >= index(key), contract(q, k, d), 0.0), v, key);
        },
        q, k, v);
  });
  check("temperature from the row's entropy", "3p/9 1+0 1+2 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          const expr s = scores(q, k), l = logsumexp(s, key);
          const expr h = sum(softmax(s, key) * at(guarded(l) - at(s)), key);
          return attend(sigmoid(h) * at(s), v);
        },
        q, k, v);
  });
}

BOOST_AUTO_TEST_CASE(second_derivatives) {
  check("jvp", "1p/6 3+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    const auto [tq, tk, tv] = qkv(b);
    const auto [o, to] = jvp([](expr q, expr k, expr v) { return attend(scores(q, k), v); })(q, k, v, tq, tk, tv);
    return results{o, to};
  });
  check("HVP", "2p/15 5+0 5+5", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    const auto [tq, tk, tv] = qkv(b);
    const expr cotangent = input(b, {head, query, e}, "do");
    const auto gradients = [&](expr q, expr k, expr v) {
      return grad([&](expr q, expr k, expr v) { return sum(attend(scores(q, k), v) * at(cotangent), cotangent.ax()); },
                  wrt<0, 1, 2>)(q, k, v);
    };
    const auto [g, t] = jvp(gradients)(q, k, v, tq, tk, tv);
    return results{std::get<0>(t), std::get<1>(t), std::get<2>(t)};
  });
  check("HVP below a loss", "2p/18 3+3 6+6", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    const auto [tq, tk, tv] = qkv(b);
    const expr w = input(b, {head, query, e}, "w");
    const auto gradients = [&](expr q, expr k, expr v) {
      return grad([&](expr q, expr k, expr v) { return sum(tanh(attend(causal(scores(q, k)), v)) * at(w), w.ax()); },
                  wrt<0, 1, 2>)(q, k, v);
    };
    const auto [g, t] = jvp(gradients)(q, k, v, tq, tk, tv);
    return results{std::get<0>(t), std::get<1>(t), std::get<2>(t)};
  });
}
