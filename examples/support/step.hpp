// SPDX-License-Identifier: BSL-1.0
/// The program in which training spends its time: the loss and its gradient with respect to all parameters. A program
/// reads and writes the leaves of the structures that it is bound to, so one structure, with a vector of blocks, serves
/// all of them.
#pragma once
#include "support/model.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace text_model {

using schema = model<axes, std::vector<block<axes>>>;
using parameters = rebind_t<schema, tensor<float>>;

/// What a step reads, and the place for what it finds.
struct step_data {
  parameters w;
  tensor<std::int32_t> tokens, targets;
  tensor<float> factor;
  valued<tensor<float>, parameters> out{};
};

constexpr auto tokens_arg = arg<"tokens", integer>(batch, query);
constexpr auto targets_arg = arg<"targets", integer>(batch, query);
constexpr auto factor_arg = arg<"factor">();

/// Makes a program bound to data into a function. The program must outlive it.
template <class Program> std::function<void()> bound_step(const Program& program, step_data& x) {
  using runner = decltype(program.bind(x.w, x.tokens, x.targets, x.factor, x.out));
  return [run = std::make_shared<runner>(program.bind(x.w, x.tokens, x.targets, x.factor, x.out))] { (*run)(); };
}

std::function<void()> compiled_step_1(step_data& x);
std::function<void()> compiled_step_2(step_data& x);
std::function<void()> compiled_step_4(step_data& x);

template <const auto& Schema> std::function<void()> compiled_step(step_data& x) {
  static constexpr auto program =
      compile(value_and_grad(loss), params<"w", Schema>, tokens_arg, targets_arg, factor_arg);
  static_assert(!program.materializes(query, key)); // scores and weights exist only as tiles
  return bound_step(program, x);
}
} // namespace text_model
