// SPDX-License-Identifier: BSL-1.0
// expect: scaled_dot_product_attention: the causal axis is that of the keys: key in ([query, d=64]); name the axis of the queries at HERE
#include "../case.hpp"

namespace causal_along_the_keys {
using namespace example;
template <axis_ref Causal> constexpr auto attend(expr q, expr k) {
  return scaled_dot_product_attention(q, k, k, key, d, {.causal = Causal}); // HERE
}
#ifdef WRONG
constexpr auto p = compile([](expr q, expr k) { return attend<key>(q, k); }, x_query_d, y_key_d);
#else
constexpr auto p = compile([](expr q, expr k) { return attend<query>(q, k); }, x_query_d, y_key_d);
#endif
} // namespace causal_along_the_keys
