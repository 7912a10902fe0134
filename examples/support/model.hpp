// SPDX-License-Identifier: BSL-1.0
/// A causal attention model of text: symbols and places embedded, pre-norm blocks of attention and a two-layer network,
/// a last norm, and a logit for each symbol. Everything is a function of a struct of parameters, `model`, whose depth
/// is an array's extent or a vector's size. All other extents are the tensors', so one program serves any width.
#pragma once
#include <weft/weft.hpp>

#include <array>

namespace text_model {
using namespace weft;

constexpr axis<"batch"> batch;
constexpr axis<"query"> query; // a place in the text; its twin when it is looked at:
constexpr axis<"key"> key;
constexpr feature<"vocab"> vocab; // symbols
constexpr feature<"width"> width; // of what is known at a place
constexpr feature<"head"> head;
constexpr feature<"d"> d;           // of a query, a key, a value
constexpr feature<"hidden"> hidden; // inside the network of a block

template <class T> struct block {
  BOOST_HANA_DEFINE_STRUCT(block, (T, attention_gain), (T, attention_bias), (T, wq), (T, wk), (T, wv), (T, wo),
                           (T, network_gain), (T, network_bias), (T, w_in), (T, b_in), (T, w_out), (T, b_out));
};
template <class T, class Blocks> struct model {
  BOOST_HANA_DEFINE_STRUCT(model, (T, symbols), (T, places), (Blocks, blocks), (T, last_gain), (T, last_bias),
                           (T, to_logits));
};

/// The axes of all parameters, once. A product sums over the first of them (`wo`: the first two), so that it is one
/// matrix product of neighbouring axes.
constexpr block<axes> block_axes{.attention_gain = {width},
                                 .attention_bias = {width},
                                 .wq = {width, head, d},
                                 .wk = {width, head, d},
                                 .wv = {width, head, d},
                                 .wo = {head, d, width},
                                 .network_gain = {width},
                                 .network_bias = {width},
                                 .w_in = {width, hidden},
                                 .b_in = {hidden},
                                 .w_out = {hidden, width},
                                 .b_out = {width}};
template <class Blocks> constexpr model<axes, Blocks> model_axes(const Blocks& blocks) {
  return {.symbols = {vocab, width},
          .places = {query, width},
          .blocks = blocks,
          .last_gain = {width},
          .last_bias = {width},
          .to_logits = {width, vocab}};
}

/// What a block's attention looks like from outside.
struct look {
  expr scores;  ///< as the softmax takes them
  expr weights; ///< after it
};

/// Attention of each place to itself and those before it. The scores are multiplied by `factor`: 1 / sqrt(d) scales
/// them; with 0 all weights are equal, plain averaging over the past. `probe` is added to q: its gradient is that of q.
constexpr expr attention(const block<expr>& w, const expr& x, const expr& factor, const expr* probe, look* seen) {
  const expr there = rename(x, query, key);
  expr q = contract(x, w.wq, width);
  if (probe) q = q + *probe;
  const expr k = contract(there, w.wk, width), v = contract(there, w.wv, width);
  const expr scores = contract(q, k, d) * factor;
  const expr weights = softmax(where(index(query) >= index(key), scores, -infinity), key);
  if (seen) *seen = {scores, weights};
  return contract(contract(weights, v, key), w.wo, {head, d});
}
constexpr expr network(const block<expr>& w, const expr& x) {
  return linear(gelu_tanh(linear(x, w.w_in, w.b_in, width)), w.w_out, w.b_out, hidden);
}

/// The logits [batch, query, vocab] of the symbol after each place of `tokens` [batch, query].
template <class Model> constexpr expr logits(const Model& w, const expr& tokens, const expr& factor, const auto* probes,
                                             auto* looks) {
  expr x = embedding(w.symbols, tokens, vocab) + w.places;
  for (std::size_t i = 0; i < w.blocks.size(); i++) {
    const block<expr>& b = w.blocks[i];
    const expr* probe = nullptr;
    look* seen = nullptr;
    if constexpr (requires { (*probes)[i]; }) probe = &(*probes)[i], seen = &(*looks)[i];
    x = x + attention(b, layer_norm(x, width, b.attention_gain, b.attention_bias), factor, probe, seen);
    x = x + network(b, layer_norm(x, width, b.network_gain, b.network_bias));
  }
  return contract(layer_norm(x, width, w.last_gain, w.last_bias), w.to_logits, width);
}
constexpr const std::nullptr_t* nobody = nullptr;

constexpr auto predict = [](const auto& w, const expr& tokens, const expr& factor) {
  return logits(w, tokens, factor, nobody, nobody);
};
/// In nats a symbol, mean over all places. `targets` are the tokens one place further on.
constexpr auto loss = [](const auto& w, const expr& tokens, const expr& targets, const expr& factor) {
  return mean(cross_entropy(predict(w, tokens, factor), targets, vocab), {batch, query});
};

/// The loss, and what the attention of all blocks looks like: the largest score, and the mean entropy of the weights.
template <class T> struct observed {
  BOOST_HANA_DEFINE_STRUCT(observed, (T, loss), (T, largest_score), (T, entropy));
};
constexpr auto observe = [](const auto& probes, const auto& w, const expr& tokens, const expr& targets,
                            const expr& factor) {
  auto looks = [&] {
    if constexpr (requires { std::tuple_size<std::remove_cvref_t<decltype(probes)>>::value; })
      return std::array<look, std::tuple_size_v<std::remove_cvref_t<decltype(probes)>>>{};
    else return std::vector<look>(probes.size());
  }();
  const expr y = logits(w, tokens, factor, &probes, &looks);
  expr largest, total;
  for (const look& l : looks) {
    const expr past = index(query) >= index(key);
    const expr top = max(where(past, l.scores, -infinity), {batch, query, head, key});
    // sum of -p log p, with log p = score - logsumexp: no logarithm of a weight that is zero
    const expr surprise =
        logsumexp(where(past, l.scores, -infinity), key) - sum(l.weights * where(past, l.scores, 0.0), key);
    const expr entropy = mean(surprise, {batch, query, head});
    largest = largest.empty() ? top : max(largest, top);
    total = total.empty() ? entropy : total + entropy;
  }
  return observed<expr>{.loss = mean(cross_entropy(y, targets, vocab), {batch, query}),
                        .largest_score = largest,
                        .entropy = total * (1.0 / static_cast<double>(looks.size()))};
};
} // namespace text_model
