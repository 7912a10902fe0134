// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE stream_losses
#include <support/streamed.hpp>

using namespace support;

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

namespace {
/// The gradients of a measure of attention's result.
template <auto Measure> results gradients_of(ir::builder& b) {
  const auto [q, k, v] = qkv(b);
  const auto loss = [](expr q, expr k, expr v) { return Measure(contract(softmax(scores(q, k), key), v, key)); };
  const auto [dq, dk, dv] = grad(loss, wrt<0, 1, 2>)(q, k, v);
  return results{dq, dk, dv};
}
} // namespace

/// Cotangents that are numbers, or made of indices or conditions alone.
BOOST_AUTO_TEST_CASE(plain_losses) {
  check("sum", "2p/4 1+0 1+2", gradients_of<[](const expr& o) { return sum(o, o.ax()); }>);
  check("mean of magnitudes", "2p/7 1+1 2+3", gradients_of<[](const expr& o) { return mean(abs(o - 0.1), o.ax()); }>);
  check("weights by index", "2p/4 1+0 1+2", gradients_of<[](const expr& o) { return sum(o * at(index(e)), o.ax()); }>);
  check("what is positive", "2p/7 1+1 2+3", gradients_of<[](const expr& o) { return sum(relu(o), o.ax()); }>);
}

BOOST_AUTO_TEST_CASE(by_products) {
  check("forward", "1p/2 1+1", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    const expr s = scores(q, k), l = logsumexp(s, key), p = softmax(s, key);
    return results{contract(p, v, key), l, sum(p * at(l - at(s)), key), max(s, key)};
  });
  check("with gradients", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    const expr w = input(b, {head, query, e}, "do"), wl = input(b, {head, query}, "dl"),
               wh = input(b, {head, query}, "dh");
    const auto loss = [&](expr q, expr k, expr v) {
      const expr s = scores(q, k), l = logsumexp(s, key), p = softmax(s, key);
      const expr o = contract(p, v, key), h = sum(p * at(l - at(s)), key);
      return sum(o * at(w), w.ax()) + at(sum(l * at(wl) + at(h * at(wh)), wl.ax()));
    };
    const auto [dq, dk, dv] = grad(loss, wrt<0, 1, 2>)(q, k, v);
    const expr s = scores(q, k), l = logsumexp(s, key), p = softmax(s, key);
    return results{contract(p, v, key), l, sum(p * at(l - at(s)), key), dq, dk, dv};
  });
  check("a threshold of the weights", "3p/8 1+0 1+2 2+2", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          const expr p = softmax(scores(q, k), key);
          return contract(where(p > 1 / 11.0, p, 0.0), v, key);
        },
        q, k, v);
  });
  check("p (1 - p)", "2p/8 1+2 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          const expr p = softmax(scores(q, k), key);
          return contract(p * at(1 - at(p)), v, key);
        },
        q, k, v);
  });
  check("p^2 normalised", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          const expr p = softmax(scores(q, k), key), square = p * at(p);
          return contract(square, v, key) / at(sum(square, key));
        },
        q, k, v);
  });
  check("standardised scores", "3p/9 1+0 2+0 2+4", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          const expr s = scores(q, k), n = 1 / at(extent(key)), mu = sum(s, key) * at(n);
          const expr spread = sum(s * at(s), key) * at(n) - at(mu * at(mu));
          return attend((s - at(mu)) * at(rsqrt(spread + 1e-3)), v);
        },
        q, k, v);
  });
  check("largest scores", "3p/5 1+0 1+0 1+2", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(b, [](expr q, expr k) { return max(scores(q, k), key); }, q, k);
  });
  check("weights asked for", "2p/3 1+0 1+1, stored exp_lowered", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    const expr p = softmax(scores(q, k), key);
    return results{p, contract(p, v, key)};
  });
}

BOOST_AUTO_TEST_CASE(other_spaces) {
  check("cross-entropy with a bias, a soft cap and a z-loss", "2p/4 1+0 1+2", [](ir::builder& b) {
    static constexpr sequence<"V", 8192> V;
    const expr x = input(b, {query, d}, "x"), w = input(b, {V, d}, "w"), bias = input(b, {V}, "bias"),
               y = input(b, {query}, "y", integer);
    const auto loss = [&](expr x, expr w, expr bias) {
      const expr z = 30.0 * at(tanh((contract(x, w, d) + at(bias)) / 30.0)), l = logsumexp(z, V);
      return sum(cross_entropy(z, y, V) + 0.01 * at(l * at(l)), query);
    };
    const auto [dx, dw, db] = grad(loss, wrt<0, 1, 2>)(x, w, bias);
    return results{loss(x, w, bias), dx, dw, db};
  });
  check("cross-entropy with smoothing", "2p/4 1+0 1+2", [](ir::builder& b) {
    static constexpr sequence<"V", 8192> V;
    const expr x = input(b, {query, d}, "x"), w = input(b, {V, d}, "w"), y = input(b, {query}, "y", integer);
    const auto loss = [&](expr x, expr w) {
      const expr z = contract(x, w, d), all = logsumexp(z, V), chosen = sum(where(index(V) == at(y), z, 0.0), V);
      return sum(all - at(0.9 * at(chosen) + at(sum(z, V) * (0.1 / 8192))), query);
    };
    const auto [dx, dw] = grad(loss, wrt<0, 1>)(x, w);
    return results{loss(x, w), dx, dw};
  });
  check("cross-entropy of gathered log-probabilities", "3p/4 1+0 0+0 1+2", [](ir::builder& b) {
    static constexpr sequence<"V", 8192> V;
    const expr x = input(b, {query, d}, "x"), w = input(b, {V, d}, "w"), y = input(b, {query}, "y", integer);
    const auto loss = [&](expr x, expr w) { return -sum(gather(log_softmax(contract(x, w, d), V), y, V), query); };
    const auto [dx, dw] = grad(loss, wrt<0, 1>)(x, w);
    return results{loss(x, w), dx, dw};
  });
  check("Hessian product of cross-entropy", "2p/10 1+2 3+4", [](ir::builder& b) {
    static constexpr sequence<"V", 8192> V;
    const expr x = input(b, {query, d}, "x"), w = input(b, {V, d}, "w"), y = input(b, {query}, "y", integer);
    const expr tx = input(b, {query, d}, "tx"), tw = input(b, {V, d}, "tw");
    const auto loss = [&](expr x, expr w) { return sum(cross_entropy(contract(x, w, d), y, V), query); };
    const auto [g, t] = jvp(grad(loss, wrt<0, 1>))(x, w, tx, tw);
    return results{std::get<0>(t), std::get<1>(t)};
  });
  check("Gaussian kernel of differences", "1p/3 1+2", [](ir::builder& b) {
    const expr q = input(b, {query, d}, "q"), k = input(b, {key, d}, "k"), v = input(b, {key, e}, "v");
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          const expr apart = q - at(k);
          return contract(exp(-0.5 * at(sum(apart * at(apart), d))), v, key);
        },
        q, k, v);
  });
  check("linear attention over its row sums", "0p/0", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          const expr s = contract(q, k, d);
          return contract(s, v, key) / at(sum(s, key) + 5000.0);
        },
        q, k, v);
  });
  check("Sinkhorn, two rounds", "8p/10 1+0 1+0 1+0 1+0 1+0 1+0 1+0 1+2", [](ir::builder& b) {
    const expr x = input(b, {query, d}, "x"), y = input(b, {key, d}, "y");
    const auto loss = [&](expr x, expr y) {
      const expr s = contract(x, y, d) * 0.1;
      expr f = ir::zeros(b, {query}, {}), g;
      for (int k = 0; k < 2; k++) g = -logsumexp(s + at(f), query), f = -logsumexp(s + at(g), key);
      return sum(exp(s + at(f) + at(g)) * at(s), {query, key});
    };
    const auto [dx, dy] = grad(loss, wrt<0, 1>)(x, y);
    return results{loss(x, y), dx, dy};
  });
}
