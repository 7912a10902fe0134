// SPDX-License-Identifier: BSL-1.0
/// One small head, one thread, bound: ns a call, as lines `weft,n,d,forward,forward_backward`.
#include "measure.hpp"

#include <weft/weft.hpp>

#include <fmt/format.h>

namespace {
using namespace weft;

constexpr sequence<"query"> query;
constexpr sequence<"key"> key;
constexpr feature<"d"> d;

constexpr auto attention = [](expr q, expr k, expr v) {
  return contract(softmax(contract(q, k, d) * rsqrt(extent(d)), key), v, key);
};
constexpr auto q_arg = arg<"q">(query, d);
constexpr auto k_arg = arg<"k">(key, d);
constexpr auto v_arg = arg<"v">(key, d);
constexpr auto forward = compile(attention, q_arg, k_arg, v_arg);
constexpr auto forward_backward = compile(vjp(attention), q_arg, k_arg, v_arg, arg<"do">(query, d));

/// The median of 15 blocks of at least 2 ms.
double nanoseconds(auto& run) {
  const auto block = [&](long n) {
    return bench::seconds([&] {
      for (long i = 0; i < n; i++) run();
    });
  };
  long n = 1;
  while (block(n) < 2e-3) n *= 2;
  std::vector<double> blocks;
  for (int i = 0; i < 15; i++) blocks.push_back(block(n) / double(n) * 1e9);
  return bench::median(blocks);
}
} // namespace

int main() {
  set_threads(1);
  for (long n : {8, 16, 32})
    for (long width : {8, 16}) {
      const auto q = normal(tensor<float>(query(n), d(width)), 1), dout = normal(tensor<float>(query(n), d(width)), 2);
      const auto k = normal(tensor<float>(key(n), d(width)), 3), v = normal(tensor<float>(key(n), d(width)), 4);
      auto output = forward.bind(q, k, v);
      auto gradients = forward_backward.bind(q, k, v, dout);
      fmt::print("weft,{},{},{:.0f},{:.0f}\n", n, width, nanoseconds(output), nanoseconds(gradients));
    }
}
