// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <support/program.hpp>

#include <functional>

/// What each op is tried on: at least one row for every op of the listing. A new op adds its row here.
namespace support {

inline constexpr axis<"n"> n; // 19: two or more packets and a rest
inline constexpr axis<"m"> m; // 5
inline constexpr axis<"i", 3> i;
inline constexpr axis<"j", 4> j;
inline constexpr axis<"whole", 7> whole;
inline constexpr axis<"entry", 6> entry;
inline constexpr axis<"twelve", 12> twelve;
inline constexpr axis<"two", 2> two;
inline constexpr axis<"rest"> rest;     // 3: what a split by j leaves of twelve
inline constexpr axis<"joined"> joined; // 43: n, m and n end to end
inline constexpr axis<"merged"> merged; // 95: n times m

/// The extents that the tests bind to axes without a static one.
inline long extent_of(axis_ref a) {
  return a->extent != unbound              ? a->extent
         : same(a, m) || same(a, prime(m)) ? 5
         : same(a, rest)                   ? 3
         : same(a, joined)                 ? 43
         : same(a, merged)                 ? 95
                                           : 19;
}
inline std::vector<long> extents_of(const axes& ax) {
  std::vector<long> e;
  for (axis_ref a : ax) e.push_back(extent_of(a));
  return e;
}

/// One operand and the numbers that it may have: for integers lo <= x < hi.
struct domain {
  axes ax;
  kind k = real;
  double lo = -2, hi = 2;
  double off = -1; ///< if given, numbers are multiples of 0.02 and this: two operands never come near a tie
};
inline value drawn(const domain& d, std::uint64_t seed, precision p = precision::twice) {
  value v(d.k, p, d.ax, extents_of(d.ax));
  for (long e = 0; e < v.size(); e++) {
    const double u = uniform_at(seed, static_cast<std::uint64_t>(e));
    const double x = d.lo + (d.hi - d.lo) * u;
    v.set(e, d.k == real      ? (d.off < 0 ? x : std::round(x / 0.02) * 0.02 + d.off)
             : d.k == integer ? std::floor(x)
                              : u < 0.5);
  }
  return v;
}

struct row {
  const ir::op_def* op;
  std::vector<domain> in;
  std::function<expr(const std::vector<expr>&)> f;
};

inline std::vector<row> rows() {
  using v = const std::vector<expr>&;
  const auto on = []<class Op>(Op) { return ir::op<Op>; };
  const domain a{{n, i}}, b{{i}}, c{{i, n}}, away{{n, i}, real, 0.5, 2}, positive{{n, i}, real, 0.2, 3};
  const domain even{{n, i}, real, -2, 2, 0}, odd{{i}, real, -2, 2, 0.01}, no_zero{{n, i}, real, -2, 2, 0.01};
  const domain between{{n, i}, real, -2.8, -2.2}, narrow{{i}, real, 1, 1.05}; // quotients of [-2.8, -2.09]
  const domain whole_numbers{{n, i}, integer, -9, 9}, few{{i}, integer, -9, 9}, yes{{n}, boolean}, no{{i, n}, boolean};
  return {
      {on(add_op{}), {a, b}, [](v x) { return x[0] + x[1]; }},
      {on(add_op{}), {whole_numbers, few}, [](v x) { return x[0] + x[1]; }},
      {on(sub_op{}), {b, a}, [](v x) { return x[0] - x[1]; }},
      {on(sub_op{}), {few, whole_numbers}, [](v x) { return x[0] - x[1]; }},
      {on(mul_op{}), {a, c}, [](v x) { return x[0] * x[1]; }},
      {on(mul_op{}), {whole_numbers, few}, [](v x) { return x[0] * x[1]; }},
      {on(div_op{}), {b, away}, [](v x) { return x[0] / x[1]; }},
      {on(neg_op{}), {a}, [](v x) { return -x[0]; }},
      {on(neg_op{}), {few}, [](v x) { return -x[0]; }},
      {on(abs_op{}), {no_zero}, [](v x) { return abs(x[0]); }},
      {on(abs_op{}), {whole_numbers}, [](v x) { return abs(x[0]); }},
      {on(maximum_op{}), {even, odd}, [](v x) { return max(x[0], x[1]); }},
      {on(maximum_op{}), {whole_numbers, few}, [](v x) { return max(x[0], x[1]); }},
      {on(minimum_op{}), {odd, even}, [](v x) { return min(x[0], x[1]); }},
      {on(minimum_op{}), {whole_numbers, few}, [](v x) { return min(x[0], x[1]); }},
      {on(sign_op{}), {no_zero}, [](v x) { return sign(x[0]); }},
      {on(sign_op{}), {whole_numbers}, [](v x) { return sign(x[0]); }},
      {on(mod_op{}), {between, narrow}, [](v x) { return mod(x[0], x[1]); }},
      {on(mod_op{}), {whole_numbers, few}, [](v x) { return mod(x[0], x[1]); }},
      {on(less_op{}), {a, b}, [](v x) { return x[0] < x[1]; }},
      {on(less_op{}), {whole_numbers, few}, [](v x) { return x[0] < x[1]; }},
      {on(less_equal_op{}), {a, b}, [](v x) { return x[0] <= x[1]; }},
      {on(less_equal_op{}), {whole_numbers, few}, [](v x) { return x[0] <= x[1]; }},
      {on(greater_op{}), {a, b}, [](v x) { return x[0] > x[1]; }},
      {on(greater_op{}), {whole_numbers, few}, [](v x) { return x[0] > x[1]; }},
      {on(greater_equal_op{}), {a, b}, [](v x) { return x[0] >= x[1]; }},
      {on(greater_equal_op{}), {whole_numbers, few}, [](v x) { return x[0] >= x[1]; }},
      {on(equal_op{}), {a, a}, [](v x) { return x[0] == x[1]; }},
      {on(equal_op{}), {whole_numbers, few}, [](v x) { return x[0] == x[1]; }},
      {on(not_equal_op{}), {a, a}, [](v x) { return x[0] != x[1]; }},
      {on(not_equal_op{}), {whole_numbers, few}, [](v x) { return x[0] != x[1]; }},
      {on(logical_and_op{}), {yes, no}, [](v x) { return x[0] && x[1]; }},
      {on(logical_or_op{}), {yes, no}, [](v x) { return x[0] || x[1]; }},
      {on(logical_xor_op{}), {yes, no}, [](v x) { return logical_xor(x[0], x[1]); }},
      {on(logical_not_op{}), {no}, [](v x) { return !x[0]; }},
      {on(where_op{}), {yes, a, b}, [](v x) { return where(x[0], x[1], x[2]); }},
      {on(where_op{}), {yes, whole_numbers, few}, [](v x) { return where(x[0], x[1], x[2]); }},
      {on(where_op{}), {yes, no, no}, [](v x) { return where(x[0], x[1], x[2]); }},
      {on(exp_op{}), {a}, [](v x) { return exp(x[0]); }},
      {on(exp_lowered_op{}), {a}, [](v x) { return exp_lowered(x[0]); }},
      {on(exp2_op{}), {a}, [](v x) { return exp2(x[0]); }},
      {on(expm1_op{}), {a}, [](v x) { return expm1(x[0]); }},
      {on(log_op{}), {positive}, [](v x) { return log(x[0]); }},
      {on(log1p_op{}), {positive}, [](v x) { return log1p(x[0]); }},
      {on(pow_op{}), {positive, b}, [](v x) { return pow(x[0], x[1]); }},
      {on(pow_op{}), {no_zero}, [](v x) { return pow(x[0], 3); }},
      {on(tanh_op{}), {a}, [](v x) { return tanh(x[0]); }},
      {on(erf_op{}), {a}, [](v x) { return erf(x[0]); }},
      {on(sigmoid_op{}), {a}, [](v x) { return sigmoid(x[0]); }},
      {on(erfc_op{}), {a}, [](v x) { return erfc(x[0]); }},
      {on(sin_op{}), {a}, [](v x) { return sin(x[0]); }},
      {on(cos_op{}), {a}, [](v x) { return cos(x[0]); }},
      {on(relu_op{}), {no_zero}, [](v x) { return relu(x[0]); }},
      {on(relu_op{}), {whole_numbers}, [](v x) { return relu(x[0]); }},
      {on(step_op{}), {no_zero}, [](v x) { return step(x[0]); }},
      {on(step_op{}), {whole_numbers}, [](v x) { return step(x[0]); }},
      {on(floor_op{}), {no_zero}, [](v x) { return floor(x[0]); }},
      {on(round_op{}), {no_zero}, [](v x) { return round(x[0]); }},
      {on(to_integer_op{}), {no_zero}, [](v x) { return to_integer(x[0]); }},
      {on(round_to_bfloat16_op{}), {a}, [](v x) { return round_to<bfloat16>(x[0]); }},
      {on(round_to_float16_op{}), {a}, [](v x) { return round_to<float16>(x[0]); }},
      {on(sqrt_op{}), {positive}, [](v x) { return sqrt(x[0]); }},
      {on(rsqrt_op{}), {positive}, [](v x) { return rsqrt(x[0]); }},
      {on(guarded_op{}), {a}, [](v x) { return guarded(x[0]); }},
      {on(sum_op{}), {a}, [](v x) { return sum(x[0], n); }},
      {on(sum_op{}), {c}, [](v x) { return sum(x[0], n); }},
      {on(sum_op{}), {{{n, i, m}}}, [](v x) { return sum(x[0], {m, n}); }},
      {on(sum_op{}), {whole_numbers}, [](v x) { return sum(x[0], i); }},
      {on(max_op{}), {a}, [](v x) { return max(x[0], n); }},
      {on(max_op{}), {c}, [](v x) { return max(x[0], {n, i}); }},
      {on(max_op{}), {whole_numbers}, [](v x) { return max(x[0], n); }},
      {on(min_op{}), {a}, [](v x) { return min(x[0], i); }},
      {on(min_op{}), {c}, [](v x) { return min(x[0], {i, n}); }},
      {on(min_op{}), {whole_numbers}, [](v x) { return min(x[0], n); }},
      {on(prod_op{}), {{{m, i}}}, [](v x) { return prod(x[0], m); }},
      {on(prod_op{}), {{{j, m, i}, real, 0.5, 1.5}}, [](v x) { return prod(x[0], {i, m}); }},
      {on(prod_op{}), {few}, [](v x) { return prod(x[0], i); }},
      {on(cumsum_op{}), {a}, [](v x) { return cumsum(x[0], n); }},
      {on(cumsum_op{}), {{{m, i, n}}}, [](v x) { return cumsum(x[0], n, {.exclusive = true, .reverse = true}); }},
      {on(cumsum_op{}), {whole_numbers}, [](v x) { return cumsum(x[0], n, {.reverse = true}); }},
      {on(logcumsumexp_op{}), {a}, [](v x) { return logcumsumexp(x[0], n); }},
      {on(logcumsumexp_op{}), {c}, [](v x) { return logcumsumexp(x[0], n, {.reverse = true}); }},
      {on(linear_recurrence_op{}),
       {{{n, i}, real, -1, 1}, {{n, i}}},
       [](v x) { return linear_recurrence(x[0], x[1], n); }},
      {on(linear_recurrence_op{}),
       {{{i}, real, -1, 1}, {{n, m}}},
       [](v x) { return linear_recurrence(x[0], x[1], n, {.reverse = true}); }},
      {on(linear_recurrence_op{}),
       {{{m, n}, real, -1, 1}, {{m}}},
       [](v x) { return linear_recurrence(x[0], x[1], n, {.exclusive = true}); }},
      {on(linear_recurrence_op{}), {{{m, i}}}, [](v x) { return cumprod(x[0], m, {.reverse = true}); }},
      {on(logsumexp_op{}), {a}, [](v x) { return logsumexp(x[0], n); }},
      {on(logsumexp_op{}), {{{m, n, i}}}, [](v x) { return logsumexp(x[0], {i, m}); }},
      {on(contract_op{}), {{{n, i}}, {{i, m}}}, [](v x) { return contract(x[0], x[1], i); }},
      {on(contract_op{}), {{{m, n, i}}, {{i, m, j}}}, [](v x) { return contract(x[0], x[1], i); }},
      {on(contract_op{}), {{{j, n, i}}, {{i, n, m}}}, [](v x) { return contract(x[0], x[1], {n, i}); }},
      {on(contract_op{}), {{{n}}, {{i, m}}}, [](v x) { return outer(x[0], x[1]); }},
      {on(contract_op{}),
       {{{n, i}}, {{j, i, m}}, {{j, whole}}},
       [](v x) { return einsum({whole, n}, x[0], x[1], x[2]); }},
      {on(rename_op{}), {a}, [](v x) { return rename(x[0], n, prime(n)); }},
      {on(exchange_op{}), {{{n, i, prime(n)}}}, [](v x) { return exchange(x[0], n, prime(n)); }},
      {on(diagonal_op{}), {{{i, n, prime(i)}}}, [](v x) { return diagonal(x[0], i, prime(i)); }},
      {on(diagonal_op{}), {{{m, i, prime(m)}}}, [](v x) { return diagonal(x[0], prime(m), m); }},
      {on(split_op{}), {{{n, twelve}}}, [](v x) { return split(x[0], twelve, {i, j}); }},
      {on(split_op{}), {{{twelve, n}}}, [](v x) { return split(x[0], twelve, {rest, j}); }},
      {on(merge_op{}), {{{j, n, i}}}, [](v x) { return merge(x[0], {i, j}, twelve); }},
      {on(merge_op{}), {{{n, i, m}, integer, -9, 9}}, [](v x) { return merge(x[0], {n, m}, merged); }},
      {on(roll_op{}), {a}, [](v x) { return roll(x[0], n, 7); }},
      {on(roll_op{}), {{{m, n}}}, [](v x) { return roll(x[0], n, -23); }},
      {on(roll_op{}), {a}, [](v x) { return shift(x[0], n, -2); }},
      {on(flip_op{}), {a}, [](v x) { return flip(x[0], n); }},
      {on(slice_op{}), {{{n, whole}}}, [](v x) { return slice(x[0], whole, 2, j); }},
      {on(slice_op{}), {{{whole, n}, integer, -9, 9}}, [](v x) { return slice(x[0], whole, 0, i); }},
      {on(pad_op{}), {{{n, j}}}, [](v x) { return pad(x[0], j, 2, whole); }},
      {on(concat_op{}), {{{n, i}}, {{j, n}}}, [](v x) { return concat(whole, along(x[0], i), along(x[1], j)); }},
      {on(concat_op{}),
       {{{n, i}}, {{i, m}}, {{n, i}}},
       [](v x) { return concat(joined, along(x[0], n), along(x[1], m), along(x[2], n)); }},
      {on(concat_op{}), {{{n, i}}, {{i}}}, [](v x) { return stack(two, x[0], x[1] * at(x[0])); }},
      {on(gather_op{}), {{{entry, i}}, {{n}, integer, 0, 6}}, [](v x) { return gather(x[0], x[1], entry); }},
      {on(gather_op{}), {{{entry, i, m}}, {{i, n}, integer, 0, 6}}, [](v x) { return gather(x[0], x[1], entry); }},
      {on(scatter_add_op{}), {{{n, i}}, {{n}, integer, 0, 6}}, [](v x) { return scatter_add(x[0], x[1], entry); }},
      {on(scatter_add_op{}),
       {{{m, n, i}}, {{i, n}, integer, 0, 6}},
       [](v x) { return scatter_add(x[0], x[1], entry); }},
      {on(scatter_add_op{}),
       {{{m, n, i}}, {{i, n}, integer, 0, 6}},
       [](v x) { return scatter_add(x[0], x[1], entry, i); }},
      {on(gather_op{}), {a}, [](v x) { return sort(x[0], n).values; }},
      {on(gather_op{}), {a}, [](v x) { return top_k(x[0], n, j).values * at(index(j) + 1); }},
      {on(scatter_add_op{}), {{{n, i}}, {{n}, integer, 0, 19}}, [](v x) { return scatter_add(x[0], x[1], n); }},
      {on(argsort_op{}), {a}, [](v x) { return argsort(x[0], i); }},
      {on(argsort_op{}), {whole_numbers}, [](v x) { return argsort(x[0], n, order::descending); }},
      {on(argsort_op{}), {a}, [](v x) { return top_k(x[0], n, j).indices; }},
      {on(stop_gradient_op{}), {a}, [](v x) { return stop_gradient(x[0]); }},
      {on(print_op{}), {a}, [](v x) { return print_to([](std::string_view) {}), print(x[0], "x"); }},
      {on(random_bits_op{}),
       {{{}, integer, 0, 99}, {{n, i}, integer, 0, 999}},
       [](v x) { return random_bits(x[0], x[1]); }},
      {on(unit_interval_op{}),
       {{{n, i}, integer, 0, 0x7fffffff}},
       [](v x) { return ir::unary<unit_interval_op>(x[0]); }},
  };
}
} // namespace support
