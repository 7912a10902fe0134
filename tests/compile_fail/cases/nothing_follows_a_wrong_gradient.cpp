// SPDX-License-Identifier: BSL-1.0
// expect: grad: the function must give a scalar, not one with axes [query, d=64]; sum or mean over them, or use vjp at HERE
#include "../case.hpp"

namespace nothing_follows_a_wrong_gradient {
using namespace example;
#ifdef WRONG
constexpr auto p = compile(value_and_grad([](expr x) { return x * x; }), x_query_d); // HERE
#else
constexpr auto p = compile(value_and_grad([](expr x) { return sum(x * x, {query, d}); }), x_query_d);
#endif
inline void use(tensor<float>& x) {
  auto [value, gradient] = p(x);
  const float number = value.item(), element = gradient[0];
  for (const float each : gradient) static_cast<void>(each < number || each < element);
  auto run = p.bind(x);
  run.check_nan();
  const long bytes = run.arena_bytes();
  static_cast<void>(bytes);
}
} // namespace nothing_follows_a_wrong_gradient
