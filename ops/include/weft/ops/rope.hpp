// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/gather.hpp>
#include <weft/ops/mod.hpp>
#include <weft/ops/pow.hpp>
#include <weft/ops/rename.hpp>
#include <weft/ops/sin.hpp>
#include <weft/ops/sub.hpp>
#include <weft/ops/where.hpp>

namespace weft {

/// sin(t r_i) at even places i along `feature` and cos(t r_(i-1)) at odd ones, r_i = base^(-i / extent), for the
/// position t = 0, 1.. along `position` (Vaswani et al. 2017, section 3.5).  To be added to a traced value.
constexpr expr sinusoidal_positions(axis_ref position, axis_ref feature, double base = 10000) {
  const expr odd = mod(index(feature), 2);
  const expr angle = index(position) * at(pow(base, (odd - at(index(feature))) / at(extent(feature))));
  return where(odd == 0, sin(angle), cos(angle));
}

/// Which places rotary embeddings pair: i with i + extent / 2 (GPT-NeoX, Llama in its usual conversion), or 2 i with 2
/// i + 1 (the paper, GPT-J).
enum class rope_layout { half, interleaved };

/// Rotary position embeddings (Su et al. 2021, equation 34): the pair j along `feature`, whose extent must be even, is
/// turned by the angle t base^(-2 j / extent) at position t: `rope(q, index(query), d)`.  Products of queries and keys
/// then depend on distances alone.
constexpr expr rope(const at& x, const at& positions, const auto& feature, rope_layout layout = rope_layout::half,
                    double base = 10000) {
  const ir::scope s("rope", x);
  const axis_ref whole = feature, twin = prime(feature);
  if (whole->extent == unbound || whole->extent % 2)
    return ir::complain(x.e, "rope", {{}, "needs an even, static extent of axis", whole}, x.where);
  const int n = static_cast<int>(whole->extent), apart = layout == rope_layout::half ? n / 2 : 1;
  const expr i = index(whole), odd = mod(i, 2), second = apart > 1 ? i >= apart : odd == 1;
  const expr other = gather(at(rename(x, whole, twin), x.where), where(second, i - apart, i + apart), twin);
  const expr rate = pow(base, (apart > 1 ? mod(i, apart) : (i - odd) / 2) * at(-2.0 / n));
  const expr angle = positions * at(rate, x.where);
  const expr mine = x * at(cos(angle)), turned = where(second, other, -other) * at(sin(angle));
  return mine + at(turned, x.where);
}
} // namespace weft
