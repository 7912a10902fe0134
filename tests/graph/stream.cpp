// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE stream
#include <support/streamed.hpp>

using namespace support;

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
    static constexpr axis<"rel", 256> rel;
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v, expr table) {
          const expr i = ir::attach(*q.g, index(key) - index(query) + 100);
          return attend(causal(scores(q, k) + at(gather(table, i, rel))), v);
        },
        q, k, v, input(b, {head, rel}, "table"));
  });
  check("table shared by heads and batch", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b, axes(batch));
    static constexpr axis<"rel", 256> rel;
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v, expr table) {
          const expr i = ir::attach(*q.g, index(key) - index(query) + 100);
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
  check("dense bias", "2p/7 1+1 2+3, stored mul", [](ir::builder& b) {
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

BOOST_AUTO_TEST_CASE(softmax_by_hand_and_several) {
  check("shifted by the maximum", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          const expr s = scores(q, k), x = exp(s - at(stop_gradient(max(s, key))));
          return contract(x / at(sum(x, key)), v, key);
        },
        q, k, v);
  });
  check("not shifted", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          const expr x = exp(scores(q, k) * 0.1);
          return contract(x / at(sum(x, key)), v, key);
        },
        q, k, v);
  });
  check("over queries and over keys", "3p/8 1+0 1+2 2+2", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          const expr s = scores(q, k);
          return contract(softmax(s, query) * at(softmax(s, key)), v, key);
        },
        q, k, v);
  });
  check("times a sigmoid of other scores", "2p/11 2+1 3+5", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v, expr q2, expr k2) {
          return contract(softmax(scores(q, k), key) * at(sigmoid(scores(q2, k2))), v, key);
        },
        q, k, v, input(b, {head, query, d}, "q2"), input(b, {head, key, d}, "k2"));
  });
  check("three weights added", "2p/8 2+0 2+4", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          const expr s = scores(q, k);
          return contract(softmax(s, key) + at(softmax(2.0 * at(s), key)) + at(sigmoid(s)), v, key);
        },
        q, k, v);
  });
  check("over two axes of keys", "2p/7 1+1 2+3", [](ir::builder& b) {
    static constexpr axis<"side", 3> side;
    const expr q = input(b, {head, query, d}, "q"), k = input(b, {head, key, side, d}, "k"),
               v = input(b, {head, key, side, e}, "v");
    return forward_and_gradients(
        b, [](expr q, expr k, expr v) { return contract(softmax(scores(q, k), {key, side}), v, {key, side}); }, q, k,
        v);
  });
  check("relative keys", "2p/10 2+1 4+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    static constexpr axis<"rel", 256> rel;
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v, expr table) {
          const expr i = ir::attach(*q.g, index(key) - index(query) + 100);
          return attend(scores(q, k) + at(scores(q, gather(table, i, rel))), v);
        },
        q, k, v, input(b, {rel, d}, "table"));
  });
  check("relative keys, the product first", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    static constexpr axis<"rel", 256> rel;
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v, expr table) {
          const expr i = ir::attach(*q.g, index(key) - index(query) + 100);
          return attend(scores(q, k) + at(gather(scores(q, table), i, rel)), v);
        },
        q, k, v, input(b, {rel, d}, "table"));
  });
}
