// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/weft.hpp>

/// A GPT of LAYERS blocks with its gradients, traced from Hana parameter structs: what compile cost is measured on.
namespace gpt_cost {
using namespace weft;

constexpr axis<"batch", 12> batch;
constexpr sequence<"query", 64> query;
constexpr sequence<"key", 64> key;
constexpr axis<"width", 128> width;
constexpr axis<"head", 4> head;
constexpr axis<"d", 32> d;
constexpr axis<"hidden", 512> hidden;
constexpr axis<"vocab", 96> vocab;

template <class T> struct norm {
  BOOST_HANA_DEFINE_STRUCT(norm, (T, gain), (T, bias));
};
template <class T> struct block {
  BOOST_HANA_DEFINE_STRUCT(block, (norm<T>, before_attention), (T, wq), (T, wk), (T, wv), (T, wo),
                           (norm<T>, before_mlp), (T, up), (T, up_bias), (T, down), (T, down_bias));
};
template <class T> struct gpt {
  BOOST_HANA_DEFINE_STRUCT(gpt, (T, embed), (T, place), (std::array<block<T>, LAYERS>, blocks), (norm<T>, last),
                           (T, unembed));
};
constexpr norm<axes> norm_axes{.gain = {width}, .bias = {width}};
constexpr block<axes> block_axes{.before_attention = norm_axes,
                                 .wq = {width, head, d},
                                 .wk = {width, head, d},
                                 .wv = {width, head, d},
                                 .wo = {head, d, width},
                                 .before_mlp = norm_axes,
                                 .up = {width, hidden},
                                 .up_bias = {hidden},
                                 .down = {hidden, width},
                                 .down_bias = {width}};
constexpr gpt<axes> gpt_axes{.embed = {vocab, width},
                             .place = {query, width},
                             .blocks = repeat<LAYERS>(block_axes),
                             .last = norm_axes,
                             .unembed = {width, vocab}};

constexpr expr attend(const expr& x, const block<expr>& w) {
  const expr h = layer_norm(x, width, w.before_attention.gain, w.before_attention.bias), hk = rename(h, query, key);
  const expr q = contract(h, w.wq, width), k = contract(hk, w.wk, width), v = contract(hk, w.wv, width);
  const expr scores = where(index(query) >= index(key), contract(q, k, d) * rsqrt(extent(d)), -infinity);
  return contract(contract(softmax(scores, key), v, key), w.wo, {head, d});
}
constexpr auto loss = [](const gpt<expr>& w, expr tokens, expr target) {
  expr x = embedding(w.embed, tokens, vocab) + w.place;
  for (const block<expr>& b : w.blocks) {
    x = x + attend(x, b);
    const expr h = layer_norm(x, width, b.before_mlp.gain, b.before_mlp.bias);
    x = x + linear(gelu(linear(h, b.up, b.up_bias, width)), b.down, b.down_bias, hidden);
  }
  const expr logits = contract(layer_norm(x, width, w.last.gain, w.last.bias), w.unembed, width);
  return mean(cross_entropy(logits, target, vocab), {batch, query});
};
constexpr auto step = compile(value_and_grad(loss), params<"w", gpt_axes>, arg<"tokens", integer>(batch, query),
                              arg<"target", integer>(batch, query));
} // namespace gpt_cost
