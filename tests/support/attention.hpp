// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/weft.hpp>

/// Attention in its three steps, to be put together as a test needs it.
namespace support {
using namespace weft;

inline constexpr axis<"batch"> batch;
inline constexpr axis<"query"> query;
inline constexpr axis<"key"> key;

inline expr scores(const expr& q, const expr& k, axis_ref d) { return contract(q, k, d) * at(rsqrt(extent(d))); }
inline expr causal(const expr& scores) { return where(index(key) <= index(query), scores, -infinity); }
inline expr attend(const expr& scores, const expr& v) { return contract(softmax(scores, key), v, key); }
} // namespace support
