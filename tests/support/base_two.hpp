// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/general.hpp>
#include <weft/kernel/math.hpp>
#include <weft/ops/all.hpp>

#include <cmath>
#include <numbers>

/// A pair of ops as a user would bring it: 2^x, and the base-2 logarithm of a sum of such powers. They have the traits
/// of exp and logsumexp and nothing else in common with them.
namespace support {
using namespace weft;

constexpr expr power_of_two(const at& x);
constexpr expr log_sum_powers(const at& x, const axes& over);

struct power_of_two_op : elementwise<1> {
  static constexpr std::string_view name = "power_of_two";
  static constexpr unsigned traits = ir::trait::exponential;
  static constexpr double flops = 10;
  [[gnu::always_inline]] static auto eval(auto x) { return math::exp2(x); }
  static constexpr std::array<expr, 1> partials(const expr&, const expr& y) { return {y * at(std::numbers::ln2)}; }
  static constexpr expr shift(const expr& x, const axes& over) {
    const expr m = max(x, over);
    return where(m == -infinity, 0.0, m);
  }
  static constexpr ir::interval range(ir::interval x) { return {0, x.hi == -infinity ? 0 : infinity}; }
};
constexpr expr power_of_two(const at& x) { return ir::unary<power_of_two_op>(x); }

struct log_sum_powers_op {
  static constexpr std::string_view name = "log_sum_powers";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = 1;
  static constexpr ir::kinds rule = ir::kinds::reals;
  static constexpr unsigned traits = ir::trait::log_sum_exp;
  static constexpr ir::verdict infer(const ir::operand* in, int n, const ir::attributes& a) {
    return ir::reduced(in, n, a);
  }
  static constexpr expr weights(const expr& x, const expr& y) { return power_of_two(x - at(guarded(y))); }
  static constexpr expr vjp(int, const expr* in, const expr& y, const expr& dy) { return dy * at(weights(in[0], y)); }
  static constexpr expr jvp(const expr* in, const expr* t, const expr& y) {
    return sum(t[0] * at(weights(in[0], y)), in[0].ax().without(y.ax()));
  }
  static constexpr expr exponentials(const expr& x, const axes& over) {
    return power_of_two(x - at(power_of_two_op::shift(x, over)));
  }
  static constexpr expr lowered(const expr& x, const axes& over) {
    return log(sum(exponentials(x, over), over)) * at(1 / std::numbers::ln2);
  }
  static constexpr expr expand(const expr* in, const ir::node& y) {
    const axes over = in[0].ax().without(y.ax);
    return power_of_two_op::shift(in[0], over) + at(lowered(in[0], over));
  }
  static void run(const ir::general_call& call) {
    const tensor_ref &in = call.in[0], &out = call.out;
    const ir::strides_along x(in, in.ax), y(out, in.ax), all(out, out.ax);
    with_type(out.type, [&]<class T>(T) {
      if constexpr (std::is_floating_point_v<T>) {
        T* const result = ir::elements<T>(out);
        const T* const value = ir::elements<T>(in);
        const auto set = [&](auto f) {
          ir::each_index(out.extent, out.ax.n, [&](const long* at) { result[all(at)] = f(result[all(at)]); });
        };
        set([](T) { return T(0); }); // the scores of a test are of moderate size: no shift is needed
        ir::each_index(in.extent, in.ax.n, [&](const long* at) { result[y(at)] += std::exp2(value[x(at)]); });
        set([](T sum) { return std::log2(sum); });
      }
    });
  }
};
constexpr expr log_sum_powers(const at& x, const axes& over) { return ir::reduce<log_sum_powers_op>(x, over); }
} // namespace support
