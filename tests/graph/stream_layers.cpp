// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE stream_layers
#include <support/streamed.hpp>

using namespace support;

namespace {
constexpr axis<"width", 512> width;
constexpr axis<"hidden", 2048> hidden;
constexpr sequence<"vocabulary", 8192> vocabulary;

struct layer {
  expr q, k, v, out, up, down;
};
layer weights(ir::builder& b) {
  const axes in{width, head, d};
  const expr q = input(b, in, "q"), k = input(b, in, "k"), v = input(b, {width, head, e}, "v");
  const expr out = input(b, {head, e, width}, "out"), up = input(b, {width, hidden}, "up");
  return {q, k, v, out, up, input(b, {hidden, width}, "down")};
}
expr normed(const expr& x) { return x * at(rsqrt(sum(x * at(x), width) * (1 / 512.0) + 1e-5)); }
expr attention_of(const expr& x, const layer& w, auto bias) {
  const expr other = rename(x, query, key);
  const expr q = contract(x, w.q, width), k = contract(other, w.k, width), v = contract(other, w.v, width);
  return contract(attend(causal(bias(scores(q, k))), v), w.out, {head, e});
}
constexpr auto plain = [](const expr& s) { return s; };

/// A GPT's loss and all its gradients.
template <int Layers> results gpt(ir::builder& b) {
  const expr x = input(b, {query, width}, "x"), ids = input(b, {query}, "ids", integer);
  std::vector<layer> w;
  for (int k = 0; k < Layers; k++) w.push_back(weights(b));
  const expr words = input(b, {vocabulary, width}, "words");
  std::array<expr, 6 * Layers + 1> all;
  for (int k = 0; k < Layers; k++) {
    const layer& l = w[static_cast<std::size_t>(k)];
    const std::array<expr, 6> mine{l.q, l.k, l.v, l.out, l.up, l.down};
    std::copy(mine.begin(), mine.end(), all.begin() + 6 * k);
  }
  all.back() = words;
  const auto loss = [&](const std::array<expr, 6 * Layers + 1>& p) {
    expr h = x;
    for (std::size_t k = 0; k < Layers; k++) {
      const layer l{p[6 * k], p[6 * k + 1], p[6 * k + 2], p[6 * k + 3], p[6 * k + 4], p[6 * k + 5]};
      h = h + at(attention_of(normed(h), l, plain));
      h = h + at(contract(tanh(contract(normed(h), l.up, width)), l.down, hidden));
    }
    return sum(cross_entropy(contract(normed(h), p.back(), width), ids, vocabulary), query);
  };
  const auto [value, gradient] = value_and_grad(loss)(all);
  results r{value};
  r.insert(r.end(), gradient.begin(), gradient.end());
  return r;
}
/// Layers that share a learned bias, and all gradients of a loss.
template <int Layers> results shared_bias(ir::builder& b) {
  static constexpr axis<"rel", 64> rel;
  static constexpr axis<"width", 8> width;
  static constexpr axis<"x1", 8> x1;
  const expr x = input(b, {query, width}, "x");
  std::array<expr, 3 * Layers + 1> all;
  for (expr& w : all) w = input(b, {width, x1}, "w");
  all.back() = input(b, {rel}, "table");
  const auto loss = [&](const std::array<expr, 3 * Layers + 1>& p) {
    expr h = x;
    const expr bias =
        gather(p.back(), where(index(query) >= index(key), ir::attach(b, index(query) - index(key)), 0), rel);
    for (std::size_t k = 0; k < Layers; k++) {
      const expr other = rename(h, query, key);
      const expr s = contract(contract(h, p[3 * k], width), contract(other, p[3 * k + 1], width), x1) + at(bias);
      const expr o = contract(softmax(causal(s), key), contract(other, p[3 * k + 2], width), key);
      h = h + at(rename(o, x1, width));
    }
    return sum(h * at(h), {query, width});
  };
  const auto [value, gradient] = value_and_grad(loss)(all);
  results r{value};
  r.insert(r.end(), gradient.begin(), gradient.end());
  return r;
}
} // namespace

BOOST_AUTO_TEST_CASE(every_layer_is_planned_by_itself) {
  check("GPT of one layer", "4p/11 1+1 1+0 1+2 2+3", gpt<1>, false);
  check("GPT of two layers", "6p/18 1+1 1+1 1+0 1+2 2+3 2+3", gpt<2>, false);
  check("GPT of four layers", "10p/32 1+1 1+1 1+1 1+1 1+0 1+2 2+3 2+3 2+3 2+3", gpt<4>, false);
}
BOOST_AUTO_TEST_CASE(layers_that_share_a_bias) {
  check("two", "4p/14 1+1 1+1 2+3 2+3", shared_bias<2>);
  check("three", "6p/21 1+1 1+1 1+1 2+3 2+3 2+3", shared_bias<3>);
}
