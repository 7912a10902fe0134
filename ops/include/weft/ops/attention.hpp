// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/contract.hpp>
#include <weft/ops/rsqrt.hpp>
#include <weft/ops/softmax.hpp>
#include <weft/ops/where.hpp>

namespace weft {

/// softmax(q k^T / sqrt(d)) v over the keys (Vaswani et al. 2017, equation 1): q[.., query, d], k[.., key, d],
/// v[.., key, dv]; `mask` is true where a query may see a key.
constexpr expr scaled_dot_product_attention(const at& q, const at& k, const at& v, axis_ref key, axis_ref d) {
  const ir::scope s("scaled_dot_product_attention", q);
  const expr scores = scale(contract(q, k, axes(d)), at(rsqrt(extent(d)), q.where));
  return contract(softmax(scores, key), v, axes(key));
}
constexpr expr scaled_dot_product_attention(const at& q, const at& k, const at& v, axis_ref key, axis_ref d,
                                            const at& mask) {
  const ir::scope s("scaled_dot_product_attention", q);
  const expr scores = scale(contract(q, k, axes(d)), at(rsqrt(extent(d)), q.where));
  return contract(softmax(where(mask, scores, -infinity), key), v, axes(key));
}
} // namespace weft
