// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE stream_second
#include <support/streamed.hpp>

using namespace support;

namespace {
/// What derivatives of second order are made of: attention, where it stands, and its arguments' tangents.
struct moving {
  qkv x, t;
  explicit moving(ir::builder& b) : x(b), t(b) {}
  template <class F> auto pushed(F f) const { return jvp(f)(x.q, x.k, x.v, t.q, t.k, t.v); }
};
/// The gradient of <attention, do>.
template <class Scores> auto gradients_given(ir::builder& b, Scores s) {
  return [s, cotangent = input(b, {head, query, e}, "do")](expr q, expr k, expr v) {
    return grad([&](expr q, expr k, expr v) { return sum(attend(s(q, k), v) * at(cotangent), cotangent.ax()); },
                wrt<0, 1, 2>)(q, k, v);
  };
}
/// A loss that depends on attention, with its gradient.
template <class Scores> auto loss_given(ir::builder& b, Scores s) {
  const expr w = input(b, {head, query, e}, "w");
  return value_and_grad([=](expr q, expr k, expr v) { return sum(tanh(attend(s(q, k), v)) * at(w), w.ax()); },
                        wrt<0, 1, 2>);
}
constexpr auto plain_scores = [](expr q, expr k) { return scores(q, k); };
constexpr auto causal_scores = [](expr q, expr k) { return causal(scores(q, k)); };
constexpr auto capped_scores = [](expr q, expr k) { return causal(5.0 * at(tanh(0.2 * at(scores(q, k))))); };
constexpr auto empty_rows = [](expr q, expr k) {
  return where((index(query) >= index(key)) && (index(key) >= 5), scores(q, k), -infinity);
};
results three(const std::tuple<expr, expr, expr>& g) { return {std::get<0>(g), std::get<1>(g), std::get<2>(g)}; }
results operator+(results a, const results& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
template <class F> results squared_norm_gradients(const qkv& x, F gradients) {
  const auto norm = [&](expr q, expr k, expr v) {
    expr all = 0.0;
    for (const expr& g : three(gradients(q, k, v))) all = all + at(sum(g * at(g), g.ax()));
    return all;
  };
  return three(grad(norm, wrt<0, 1, 2>)(x.q, x.k, x.v));
}
} // namespace

BOOST_AUTO_TEST_CASE(tangents) {
  check("jvp", "1p/6 3+3", [](ir::builder& b) {
    const auto [o, t] = moving(b).pushed([](expr q, expr k, expr v) { return attend(scores(q, k), v); });
    return results{o, t};
  });
  check("jvp, causal", "1p/6 3+3", [](ir::builder& b) {
    const auto [o, t] = moving(b).pushed([](expr q, expr k, expr v) { return attend(causal(scores(q, k)), v); });
    return results{o, t};
  });
}

BOOST_AUTO_TEST_CASE(hessian_products) {
  check("of attention", "2p/15 5+0 5+5", [](ir::builder& b) {
    const auto [g, t] = moving(b).pushed(gradients_given(b, plain_scores));
    return three(t);
  });
  check("causal", "2p/15 5+0 5+5", [](ir::builder& b) {
    const auto [g, t] = moving(b).pushed(gradients_given(b, causal_scores));
    return three(t);
  });
  check("rows without scores", "2p/15 5+0 5+5", [](ir::builder& b) {
    const auto [g, t] = moving(b).pushed(gradients_given(b, empty_rows));
    return three(t);
  });
  check("soft cap", "2p/15 5+0 5+5", [](ir::builder& b) {
    const auto [g, t] = moving(b).pushed(gradients_given(b, capped_scores));
    return three(t);
  });
  check("with the value and the gradient", "2p/19 5+0 5+9", [](ir::builder& b) {
    const moving x(b);
    const auto [g, t] = x.pushed(gradients_given(b, plain_scores));
    return results{attend(scores(x.x.q, x.x.k), x.x.v)} + three(g) + three(t);
  });
  check("below a loss", "2p/18 3+3 6+6", [](ir::builder& b) {
    const auto [g, t] = moving(b).pushed(loss_given(b, causal_scores));
    return three(t.gradient);
  });
  check("below a loss, with it and its gradient", "2p/21 3+3 6+9", [](ir::builder& b) {
    const auto [g, t] = moving(b).pushed(loss_given(b, causal_scores));
    return results{g.value} + three(g.gradient) + three(t.gradient);
  });
}

BOOST_AUTO_TEST_CASE(gradients_of_gradient_norms) {
  check("of attention", "4p/23 2+2 2+3 4+2 5+3",
        [](ir::builder& b) { return squared_norm_gradients(qkv(b), gradients_given(b, plain_scores)); });
  check("below a loss", "4p/25 1+1 2+3 4+4 6+4", [](ir::builder& b) {
    return squared_norm_gradients(
        qkv(b), [f = loss_given(b, causal_scores)](expr q, expr k, expr v) { return f(q, k, v).gradient; });
  });
}
