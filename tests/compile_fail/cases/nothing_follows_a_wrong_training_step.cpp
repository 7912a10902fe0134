// SPDX-License-Identifier: BSL-1.0
// expect: max: no axis d=64 in ([query]); reduce over one of the operand's own axes at HERE
#include "../case.hpp"

namespace nothing_follows_a_wrong_training_step {
using namespace example;
template <class T> struct model {
  BOOST_HANA_DEFINE_STRUCT(model, (T, weight), (T, bias));
};
constexpr model<axes> model_axes{.weight = {query}, .bias = {query}};
#ifdef WRONG
constexpr auto loss = [](const model<expr>& w, expr x) { return max(w.weight * x + w.bias, d); }; // HERE
#else
constexpr auto loss = [](const model<expr>& w, expr x) { return max(w.weight * x + w.bias, query); };
#endif
constexpr auto step = compile(value_and_grad(loss), params<"w", model_axes>, arg<"x">(query));
constexpr auto both = compile(value_and_grad(loss, wrt<0, 1>), params<"w", model_axes>, arg<"x">(query));
inline void train(model<tensor<float>>& w, tensor<float>& x) {
  adamw optimizer(w, {.rate = 0.1});
  auto [value, gradient] = step(w, x);
  clip_by_global_norm(gradient, 1.0);
  optimizer.step(w, gradient);
  each_leaf([](tensor<float>& to, const tensor<float>& from) { to[0] += from[0]; }, w, gradient);
  const float first = gradient.bias[0], number = value.item();
  const tensor<float> of_x = std::get<1>(both(w, x).gradient);
  auto run = step.bind(w, x);
  const long skipped = run.tiles().skipped, bytes = run.arena_bytes() + run.scratch_bytes();
  static_cast<void>(first < number && skipped < bytes && run().value[0] < of_x[0] && run.result().value[0] < 1);
}
} // namespace nothing_follows_a_wrong_training_step
