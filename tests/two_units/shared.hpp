// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/weft.hpp>

/// A program in a header, as a library would offer one. Each unit gives what it sees of it.
namespace shared {
using namespace weft;
inline constexpr axis<"query"> query;
inline constexpr axis<"d", 8> d;

inline constexpr auto loss = [](expr x, expr w) { return sum(exp(x * w), {query, d}); };
inline constexpr auto step = compile(value_and_grad(loss, wrt<0, 1>), arg<"x">(query, d), arg<"w">(d));

struct seen {
  const void *program, *data, *nodes;
  ir::region_kernel<float> kernel;
  tensor<float> value, dx, dw;
};
inline seen look(const tensor<float>& x, const tensor<float>& w) {
  auto [value, gradient] = step(x, w);
  const auto* kernels = step.data_for<float>().f32;
  auto& [dx, dw] = gradient;
  return {&step, &step.data(), &step.data().lowered[0], kernels ? kernels[0] : nullptr, value, dx, dw};
}
seen one(const tensor<float>& x, const tensor<float>& w);
seen other(const tensor<float>& x, const tensor<float>& w);
} // namespace shared
