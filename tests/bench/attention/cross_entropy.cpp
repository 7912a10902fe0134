// SPDX-License-Identifier: BSL-1.0
#include "program.hpp"

namespace bench {
namespace {
constexpr sequence<"token"> token;
constexpr sequence<"vocabulary"> vocabulary;
constexpr feature<"width"> width;

/// The mean loss of a linear head.
constexpr auto loss = [](expr x, expr w, expr targets) {
  return mean(weft::cross_entropy(contract(x, w, width), targets, vocabulary), token);
};
constexpr auto x_arg = arg<"x">(token, width);
constexpr auto w_arg = arg<"w">(vocabulary, width);
constexpr auto targets_arg = arg<"targets", integer>(token);

tensor<float> tokens(const shape& s) { return normal(tensor<float>(token(s.batch * s.n), width(s.d)), 1); }
tensor<float> weights(const shape& s) { return normal(tensor<float>(vocabulary(s.heads), width(s.d)), 2); }
tensor<std::int32_t> targets(const shape& s) {
  tensor<std::int32_t> t(token(s.batch * s.n));
  for (long i = 0; i < s.batch * s.n; i++) t.data()[i] = std::int32_t(i * 7919 % s.heads);
  return t;
}
} // namespace

variant cross_entropy() {
  variant v{.name = "cross_entropy", .usual_shapes = {{1, 32768, 4096, 256}}, .forward_backward_factor = 4};
  v.forward_flop = [](const shape& s) { return 2 * double(s.batch * s.n) * double(s.heads) * double(s.d); };
  v.forward = [](const shape& s) {
    return bound(compile(loss, x_arg, w_arg, targets_arg), tokens(s), weights(s), targets(s));
  };
  v.forward_backward = [](const shape& s) {
    return bound(compile(value_and_grad(loss, wrt<0, 1>), x_arg, w_arg, targets_arg), tokens(s), weights(s),
                 targets(s));
  };
  return v;
}
} // namespace bench
