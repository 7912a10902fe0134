// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <support/attention.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

/// Inputs and comparisons for attention in the corners of the numbers.
namespace demo {
using namespace support;

inline constexpr axis<"head"> head;
inline constexpr axis<"d", 16> d;
inline constexpr auto q_arg = arg<"q">(head, query, d);
inline constexpr auto k_arg = arg<"k">(head, key, d);
inline constexpr auto v_arg = arg<"v">(head, key, d);

/// The result and the gradients of a loss of it, for q, k and v.
template <class F> auto with_gradients(F f) {
  return [f](expr q, expr k, expr v, auto... more) {
    const auto loss = [&](expr q, expr k, expr v) {
      const expr o = f(q, k, v, more...);
      return std::tuple{sum(tanh(o) * at(o), o.ax()), o};
    };
    return value_and_grad(loss, wrt<0, 1, 2>)(q, k, v);
  };
}

template <class T> struct inputs {
  tensor<T> q, k, v;
  inputs(long heads, long queries, long keys, double size = 1)
      : q(normal(tensor<T>(head(heads), query(queries), d), 1)), k(normal(tensor<T>(head(heads), key(keys), d), 2)),
        v(normal(tensor<T>(head(heads), key(keys), d), 3)) {
    for (long i = 0; i < q.size(); i++) q[i] = static_cast<T>(q[i] * size);
  }
};
/// The largest difference of two leaves over the larger one's magnitude; infinite where one is no number and the other
/// is, or they are different infinities.
template <class A, class B> double apart(const A& a, const B& b) {
  double worst = 0;
  each_leaf(
      [&](const auto& x, const auto& y) {
        double far = 0, size = 1e-300;
        for (long i = 0; i < x.size(); i++) {
          const double s = static_cast<double>(x[i]), t = static_cast<double>(y[i]);
          if (s == t || (std::isnan(s) && std::isnan(t))) continue;
          if (!std::isfinite(s) || !std::isfinite(t)) far = infinity;
          else far = std::max(far, std::abs(s - t)), size = std::max(size, std::abs(t));
        }
        for (long i = 0; i < y.size(); i++)
          if (std::isfinite(static_cast<double>(y[i]))) size = std::max(size, std::abs(static_cast<double>(y[i])));
        worst = std::max(worst, far / size);
      },
      a, b);
  return worst;
}
template <class X> bool finite(const X& x) {
  bool all = true;
  each_leaf(
      [&](const auto& t) {
        for (long i = 0; i < t.size(); i++) all = all && std::isfinite(static_cast<double>(t[i]));
      },
      x);
  return all;
}
/// x with 0 wherever the other is not finite.
template <class X> X where_finite(X x, const X& other) {
  each_leaf(
      [](auto& t, const auto& z) {
        for (long i = 0; i < t.size(); i++)
          if (!std::isfinite(static_cast<double>(z[i]))) t[i] = 0;
      },
      x, other);
  return x;
}
/// How many elements of a tensor are finite.
template <class X> long finite_count(const X& x) {
  return std::count_if(x.data(), x.data() + x.size(), [](auto v) { return std::isfinite(v); });
}
inline constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
} // namespace demo
