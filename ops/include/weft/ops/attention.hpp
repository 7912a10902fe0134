// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/contract.hpp>
#include <weft/ops/dropout.hpp>
#include <weft/ops/rsqrt.hpp>
#include <weft/ops/softmax.hpp>
#include <weft/ops/where.hpp>

namespace weft {

/// What PyTorch's function of this name takes besides. Grouped queries need no option: give q an axis for the group.
struct attention_options {
  expr mask = {};            ///< boolean: true where a query may see a key
  expr bias = {};            ///< added to the scores
  axis_ref causal = nullptr; ///< the query axis: each query sees the keys up to its own index
  expr scale = {};           ///< of the scores, instead of 1 / sqrt(d)
  double dropout = 0;        ///< the rate at which weights are dropped, and the seed that says which
  expr seed = 0;
};
/// softmax(scores) v over the keys (Vaswani et al. 2017, equation 1): q[.., query, d], k[.., key, d], v[.., key, dv].
/// Scores are q k^T / sqrt(d), or with options scale q k^T + bias, -infinity where they are masked. A query that may
/// see no key gets zeros.
constexpr expr scaled_dot_product_attention(const at& q, const at& k, const at& v, axis_ref key, axis_ref d,
                                            const attention_options& with) {
  const ir::place p = q.where;
  if (with.causal && same(with.causal, key))
    return ir::complain(q.e, "scaled_dot_product_attention",
                        {{}, "the causal axis is that of the keys:", key, nullptr, "name the axis of the queries"}, p);
  const ir::scope s("scaled_dot_product_attention", q);
  expr scores = scale(contract(q, k, axes(d)), at(with.scale.empty() ? rsqrt(extent(d)) : with.scale, p));
  if (!with.bias.empty()) scores = at(scores, p) + at(with.bias, p);
  if (with.causal) scores = where(at(index(with.causal) >= index(key), p), scores, -infinity);
  if (!with.mask.empty()) scores = where(at(with.mask, p), scores, -infinity);
  expr weights = softmax(at(scores, p), key);
  if (with.dropout != 0) weights = dropout(at(weights, p), with.dropout, with.seed);
  return contract(weights, v, axes(key));
}

/// softmax(q k^T / sqrt(d)) v over the keys.
constexpr expr scaled_dot_product_attention(const at& q, const at& k, const at& v, axis_ref key, axis_ref d) {
  return scaled_dot_product_attention(q, k, v, key, d, attention_options{});
}
/// The same, of the keys that a query may see: where the boolean `mask` is true.
constexpr expr scaled_dot_product_attention(const at& q, const at& k, const at& v, axis_ref key, axis_ref d,
                                            const at& mask) {
  if (mask.e.empty())
    return ir::complain(q.e, "scaled_dot_product_attention", {{}, "the mask was given no value"}, q.where);
  return scaled_dot_product_attention(q, k, v, key, d, {.mask = mask.e});
}

/// Attention in several subspaces (Vaswani et al. 2017, section 3.2.2): of x[.., query, width] to y[.., key, width],
/// with weights wq, wk [width, head, d], wv [width, head, dv] and wo [head, dv, width]. Axes are told from theirs: for
/// self-attention y is rename(x, query, key).
constexpr expr multi_head_attention(const at& x, const at& y, const at& wq, const at& wk, const at& wv, const at& wo,
                                    axis_ref width, axis_ref key, axis_ref d, const attention_options& with = {}) {
  const ir::scope s("multi_head_attention", x);
  const expr queries = contract(x, wq, axes(width)), keys = contract(y, wk, axes(width));
  const expr values = contract(y, wv, axes(width));
  const expr heads = scaled_dot_product_attention(at(queries, x.where), keys, values, key, d, with);
  return contract(heads, wo, wo.e.ax().without(axes(width)));
}
} // namespace weft
