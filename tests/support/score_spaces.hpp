// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <support/base_two.hpp>

#include <weft/trace/arg.hpp>
#include <weft/trace/transform.hpp>

#include <vector>

/// Random score spaces: one to three products of queries and keys, elementwise ops and masks on them, and one to three
/// results: products with values, sums, sums of squares, maxima and log-sum-exps over either axis or both. A seed makes
/// the same program while the compiler runs and while the program does.
namespace support::score_spaces {
inline constexpr axis<"few", 2> few;
inline constexpr axis<"query"> query;
inline constexpr axis<"key"> key;
inline constexpr axis<"x", 4> x;
inline constexpr axis<"y", 3> y;
inline constexpr axis<"offset", 64> offset;

/// What any of the programs is made of: the real ones first.
inline constexpr std::tuple arguments{arg<"q1">(few, query, x),
                                      arg<"k1">(few, key, x),
                                      arg<"q2">(few, query, x),
                                      arg<"k2">(few, key, x),
                                      arg<"q3">(few, query, x),
                                      arg<"k3">(few, key, x),
                                      arg<"v">(few, key, y),
                                      arg<"u">(few, query, y),
                                      arg<"slope">(few),
                                      arg<"gain">(few, query),
                                      arg<"of_query">(query),
                                      arg<"of_key">(few, key),
                                      arg<"table">(offset),
                                      arg<"query_document", integer>(query),
                                      arg<"key_document", integer>(key)};
inline constexpr std::size_t reals = 13;
using taken = std::array<expr, std::tuple_size_v<decltype(arguments)>>;

/// exp and logsumexp, or a user's own pair.
struct exponentials {
  expr (*power)(const at&);
  expr (*log_sum)(const at&, const axes&);
};
inline constexpr exponentials ours{[](const at& s) { return exp(s); },
                                   [](const at& s, const axes& a) { return logsumexp(s, a); }};
inline constexpr exponentials theirs{[](const at& s) { return power_of_two(s); },
                                     [](const at& s, const axes& a) { return log_sum_powers(s, a); }};

struct composer {
  const exponentials& how;
  std::uint64_t state; ///< of the choices: splitmix64
  const taken& in;
  std::array<bool, 3> used{}; ///< the pairs of queries and keys

  constexpr int below(int n) {
    std::uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return static_cast<int>((z ^ (z >> 31)) % static_cast<std::uint64_t>(n));
  }
  constexpr bool one_in(int n) { return below(n) == 0; }
  constexpr expr apart() const { return ir::attach(*in[0].g, index(key) - at(index(query))); }

  constexpr expr score(std::size_t pair) {
    expr s = contract(in[2 * pair], in[2 * pair + 1], x) * 0.5;
    for (int n = below(3); n-- > 0;) switch (below(9)) {
      case 0: s = s + at(in[8] * at(apart()) * 0.1); break;
      case 1: s = 3.0 * at(tanh(s / 3.0)); break;
      case 2: s = s * at(in[9]); break;
      case 3: s = s + at(in[10]); break;
      case 4: s = s + at(in[11]); break;
      case 5: s = s + at(gather(in[12], min(at(max(at(apart() + 20), at(0))), at(63)), offset)); break;
      case 6: s = s - at(0.05 * at(s * at(s))); break;
      case 7: s = s / at(1.0 + at(abs(s))); break;
      default: s = s + at(tanh(s)); break;
      }
    return s;
  }
  constexpr expr mask() {
    const expr behind = -apart();
    switch (below(7)) {
    case 0: return behind >= 0;
    case 1: return behind >= -3 && behind < 6;
    case 2: return in[13] == at(in[14]);
    case 3: return behind >= 0 && ir::attach(*in[0].g, index(key)) >= 4;
    default: return {};
    }
  }
  constexpr expr softmax_of(const expr& s, const axes& a) { return how.power(s - at(guarded(how.log_sum(s, a)))); }
  /// Weights made from a score; `masked` is that score with -infinity behind its mask.
  constexpr expr weights(expr s, expr& masked) {
    const expr seen = mask();
    const auto selected = [&](const expr& z) { return seen.empty() ? z : where(seen, z, 0.0); };
    masked = seen.empty() ? s : where(seen, s, -infinity);
    switch (below(8)) {
    case 0: return softmax_of(masked, query);
    case 1: return selected(0.5 + 0.5 * at(tanh(0.5 * at(s))));
    case 2: return selected(how.power(s * 0.1));
    case 3: return selected(where(s > 0, s * at(s), 0.0));
    case 4: {
      const expr e = selected(how.power(s - at(stop_gradient(max(s, key)))));
      return e / at(sum(e, key) + 0.01);
    }
    case 5: return softmax_of(masked, {query, key});
    default: return softmax_of(masked, key);
    }
  }
  constexpr expr result(const expr& p, const expr& masked) {
    switch (below(13)) {
    case 0: return contract(p, in[7], query);
    case 1: return sum(p * at(p), key);
    case 2: return sum(p * at(p), query);
    case 3: return mean(p * at(p), {query, key});
    case 4: return max(p, key);
    case 5: return max(p, query);
    case 6: return max(p, {query, key});
    case 7: return how.log_sum(masked, key) * 0.2;
    case 8: return how.log_sum(masked, query) * 0.2;
    case 9: return how.log_sum(masked, {query, key}) * 0.2;
    case 10: return sum(p, query);
    case 11: return sum(p * at(masked_to_zero(masked)), key);
    default: return contract(p, in[6], key);
    }
  }
  constexpr expr masked_to_zero(const expr& s) { return where(s == -infinity, 0.0, s); }

  /// Writes `n` results.
  constexpr void compose(int n, auto write) {
    const int products = 1 + below(3);
    expr masked, other, s = score(0);
    if (products == 3) s = s + at(tanh(score(2)));
    expr p = weights(s, masked);
    if (products > 1) switch (below(3)) {
      case 0: p = p - at(in[8] * at(weights(score(1), other))); break;
      case 1: p = p * at(weights(score(1), other)); break;
      default: p = p * at(tanh(score(1))); break;
      }
    while (n-- > 0) write(result(p, masked));
  }
};

constexpr int results_of(std::uint64_t seed) { return 1 + static_cast<int>(seed % 3); }
/// Numbers of queries and keys: one or more tiles, whole or not.
inline constexpr std::array<std::array<long, 2>, 8> lengths{
    {{7, 11}, {1, 19}, {131, 9}, {23, 130}, {16, 128}, {9, 259}, {150, 17}, {33, 65}}};

/// The program of a seed as a function of all arguments: a scalar that depends on each of its results, and those.
/// `Results` is an array or vector of so many.
template <class Results> struct function {
  exponentials how;
  std::uint64_t seed;
  Results empty{};
  constexpr std::tuple<expr, Results> operator()(auto... argument) const {
    const taken in{argument...};
    std::tuple<expr, Results> r{expr(0.0), empty};
    std::size_t k = 0;
    composer{how, seed, in}.compose(results_of(seed), [&](const expr& one) {
      std::get<0>(r) = std::get<0>(r) + at(sum(tanh(one), one.ax()));
      std::get<1>(r)[k++] = one;
    });
    return r;
  }
};
/// Its results, and the gradients of the scalar for all real arguments.
template <class F> constexpr auto with_gradients(const F& f) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return value_and_grad(f, wrt<I...>);
  }(std::make_index_sequence<reals>{});
}

enum class derivatives { none, gradients, tangents, of_gradients };
/// The program of a seed in a builder: its results (after the scalar) and what is derived from them.
inline std::vector<expr> results(ir::builder& b, const exponentials& how, std::uint64_t seed, derivatives what) {
  const function<std::vector<expr>> f{how, seed, std::vector<expr>(static_cast<std::size_t>(results_of(seed)))};
  const auto loss = [&](auto... x) { return std::get<0>(f(x...)); };
  const auto made = std::apply([&](const auto&... a) { return std::tuple{a.make(b)...}; }, arguments);
  std::vector<expr> r;
  const auto add = [&](const auto& all) { each_leaf([&](const expr& one) { r.push_back(one); }, all); };
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    if (what == derivatives::none) return add(std::apply(f, made));
    if (what == derivatives::gradients) return add(std::apply(with_gradients(f), made));
    const auto moved = std::tuple_cat(made, std::tuple{ir::input(b, std::get<I>(made).ax(), real, "t")...});
    if (what == derivatives::tangents) add(std::apply(jvp(f, wrt<I...>), moved));
    else add(std::apply(hvp(loss, wrt<I...>), moved));
  }(std::make_index_sequence<reals>{});
  return r;
}
} // namespace support::score_spaces
