// SPDX-License-Identifier: BSL-1.0
/// Attention, written out: its result, its plan, and its gradients.
#include <weft/weft.hpp>

#include <weft/io/format.hpp>

#include <fmt/format.h>

#include <string_view>

namespace demo {
using namespace weft;

constexpr axis<"batch"> batch;  // extent known when the program is called
constexpr axis<"head", 8> head; // extent known now
constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr axis<"d", 64> d;

constexpr auto attention = [](expr q, expr k, expr v) {
  expr scores = scale(matmul(q, transpose(k)), rsqrt(extent(d)));
  return matmul(softmax(scores, key), v);
};
constexpr auto loss = [](expr q, expr k, expr v) {
  expr o = attention(q, k, v);
  return mean(o * o, {batch, head, query, d});
};

constexpr auto q_arg = arg<"q">(batch, head, query, d);
constexpr auto k_arg = arg<"k">(batch, head, key, d);
constexpr auto v_arg = arg<"v">(batch, head, key, d);
constexpr auto attend = compile(attention, q_arg, k_arg, v_arg);
constexpr auto gradients = compile(value_and_grad(loss, wrt<0, 1, 2>), q_arg, k_arg, v_arg);
} // namespace demo

int main(int count, char** arguments) {
  if (count == 2 && (std::string_view(arguments[1]) == "--help" || std::string_view(arguments[1]) == "-h")) {
    fmt::print("attention: traces, plans and runs one attention and its gradients. It takes no arguments.\n");
    return 0;
  }
  if (count > 1) {
    fmt::print(stderr, "attention takes no arguments, not {}\n", arguments[1]);
    return 2;
  }
  using namespace demo;
  auto q = normal(tensor<float>(batch(2), head, query(128), d), 1);
  auto k = normal(tensor<float>(batch(2), head, key(128), d), 2);
  auto v = normal(tensor<float>(batch(2), head, key(128), d), 3);

  tensor<float> out = attend(q, k, v); // allocates its result
  fmt::print("the first head's result: {:.3}\n\n", view(out).at(batch(0)).at(head(0)));
  fmt::print("{}\n", attend.explain(q, k, v)); // the plan, step by step, with FLOPs and bytes
  fmt::print("stores query x key: {}\n\n", attend.materializes(query, key));

  auto [value, gradient] = gradients(q, k, v);
  auto& [dq, dk, dv] = gradient;
  fmt::print("mean square of the result: {:.6}\nits gradient with respect to the first head's q: {:.3}\n", value.item(),
             view(dq).at(batch(0)).at(head(0)));
}
