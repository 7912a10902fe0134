// SPDX-License-Identifier: BSL-1.0
/// Attention around a score function, as programs and as benchmark variants.
#pragma once
#include "variant.hpp"

#include <weft/weft.hpp>

#include <tuple>

namespace bench {
using namespace weft;

constexpr feature<"batch"> batch;
constexpr feature<"head"> head;
constexpr sequence<"query"> query;
constexpr sequence<"key"> key;
constexpr feature<"d"> d;
constexpr feature<"dv"> dv;

/// softmax(score(q k^T / sqrt(d), captured...)) v
template <class Score> struct attention {
  constexpr expr operator()(expr q, expr k, expr v, auto... captured) const {
    const expr s = Score{}(contract(q, k, d) * rsqrt(extent(d)), captured...);
    return contract(softmax(s, key), v, key);
  }
};
/// The cotangent of the output is the output itself.
template <class Score> struct half_square {
  constexpr expr operator()(expr q, expr k, expr v, auto... captured) const {
    const expr o = attention<Score>{}(q, k, v, captured...);
    return 0.5 * sum(o * o, axes{batch, head, query, dv});
  }
};

/// An argument that the score function reads besides the scores, and its tensor for a shape. Real ones are
/// differentiated and come first.
template <class Arg, class T> struct captured {
  Arg arg;
  std::function<tensor<T>(const shape&)> values;
};
template <class Arg, class Values> captured(Arg, Values)
    -> captured<Arg, std::remove_pointer_t<decltype(std::declval<Values>()(shape{}).data())>>;

/// A runner of the program on these tensors.
template <class Program, class... Tensor> runnable bound(Program program, Tensor... x) {
  const auto tensors = std::make_shared<std::tuple<Tensor...>>(std::move(x)...);
  const auto bind = [&](auto&... t) { return std::make_shared<decltype(program.bind(t...))>(program.bind(t...)); };
  return [tensors, run = std::apply(bind, *tensors)] { (*run)(); };
}

inline tensor<float> queries(const shape& s, std::uint64_t seed) {
  return normal(tensor<float>(batch(s.batch), head(s.heads), query(s.n), d(s.d)), seed);
}
inline tensor<float> keys(const shape& s, std::uint64_t seed) {
  return normal(tensor<float>(batch(s.batch), head(s.heads), key(s.n), d(s.d)), seed);
}
inline tensor<float> values(const shape& s, long width, std::uint64_t seed) {
  return normal(tensor<float>(batch(s.batch), head(s.heads), key(s.n), dv(width)), seed);
}
inline tensor<float> outputs(const shape& s, long width, std::uint64_t seed) {
  return normal(tensor<float>(batch(s.batch), head(s.heads), query(s.n), dv(width)), seed);
}

constexpr auto q_arg = arg<"q">(batch, head, query, d);
constexpr auto k_arg = arg<"k">(batch, head, key, d);
constexpr auto v_arg = arg<"v">(batch, head, key, dv);

/// All pairs, by the two products.
inline double all_pairs(const shape& s) { return double(s.batch) * double(s.heads) * double(s.n) * double(s.n); }
/// Pairs whose key is at most `before` before and `after` after the query.
inline double neighbours(const shape& s, long before, long after) {
  double pairs = 0;
  for (long i = 0; i < s.n; i++) pairs += double(std::min(s.n - 1, i + after) - std::max(0l, i - before) + 1);
  return pairs * double(s.batch) * double(s.heads);
}

/// The three programs of a score function. `pairs` counts what the mask keeps; values are `value_factor` d wide.
template <class Score, class... Arg, class... T>
variant attention_variant(std::string name, Score, std::function<double(const shape&)> pairs, long value_factor,
                          captured<Arg, T>... more) {
  constexpr std::size_t learned = (0 + ... + std::size_t(std::is_floating_point_v<T>));
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    variant v{.name = name};
    v.forward_flop = [=](const shape& s) { return 2 * double((1 + value_factor) * s.d) * pairs(s); };
    v.forward = [=](const shape& s) {
      return bound(compile(attention<Score>{}, q_arg, k_arg, v_arg, Arg{}...), queries(s, 1), keys(s, 2),
                   values(s, value_factor * s.d, 3), more.values(s)...);
    };
    v.forward_backward = [=](const shape& s) {
      return bound(
          compile(vjp(attention<Score>{}, wrt<I...>), q_arg, k_arg, v_arg, Arg{}..., arg<"do">(batch, head, query, dv)),
          queries(s, 1), keys(s, 2), values(s, value_factor * s.d, 3), more.values(s)...,
          outputs(s, value_factor * s.d, 4));
    };
    return v;
  }(std::make_index_sequence<3 + learned>{});
}

/// The Hessian-vector product of half the output's square sum, with respect to queries, keys and values.
template <class Score, class... Arg, class... T> auto hvp_of(Score, captured<Arg, T>... more) {
  return [=](const shape& s) {
    return bound(
        compile(hvp(half_square<Score>{}, wrt<0, 1, 2>), q_arg, k_arg, v_arg, Arg{}...,
                arg<"tq">(batch, head, query, d), arg<"tk">(batch, head, key, d), arg<"tv">(batch, head, key, dv)),
        queries(s, 1), keys(s, 2), values(s, s.d, 3), more.values(s)..., queries(s, 5), keys(s, 6), values(s, s.d, 7));
  };
}
} // namespace bench
