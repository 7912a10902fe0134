// SPDX-License-Identifier: BSL-1.0
#include "over_strips.hpp"

#include <weft/kernel/math/sqrt.hpp>
#include <weft/train/update.hpp>

#include <cmath>
#include <limits>

namespace weft::ir {
template <class T> void adamw_step(const std::vector<strip<T>>& strips, const adamw_options& o, long step) {
  constexpr double unlimited = std::numeric_limits<double>::infinity();
  check_option("adamw", "rate", o.rate, unlimited), check_option("adamw", "decay", o.decay, unlimited);
  check_option("adamw", "beta1", o.beta1, 1), check_option("adamw", "beta2", o.beta2, 1);
  check_option("adamw", "epsilon", o.epsilon, unlimited);
  const double t = static_cast<double>(step);
  const T b1 = static_cast<T>(o.beta1), b2 = static_cast<T>(o.beta2), c1 = static_cast<T>(1 - o.beta1),
          c2 = static_cast<T>(1 - o.beta2);
  const T rate = static_cast<T>(o.rate / (1 - std::pow(o.beta1, t)));     // of m uncorrected
  const T root = static_cast<T>(1 / std::sqrt(1 - std::pow(o.beta2, t))); // times sqrt(v)
  const T epsilon = static_cast<T>(o.epsilon);
  each_strip(strips, [&](long, const strip<T>& p) {
    const auto [w, g, m, v] = p.at;
    const T kept = static_cast<T>(p.rank >= o.decay_from_rank ? 1 - o.rate * o.decay : 1);
    each_element<T>(p.n, [&, w = w, g = g, m = m, v = v](long i, auto one) {
      using V = decltype(one);
      const V slope = get<V>(g + i);
      const V mean = b1 * get<V>(m + i) + c1 * slope, square = b2 * get<V>(v + i) + c2 * (slope * slope);
      put(m + i, mean);
      put(v + i, square);
      const V step_down = select(mean == T(0), T(0), rate * mean / (math::sqrt(square) * root + epsilon));
      put(w + i, V(kept * get<V>(w + i) - step_down));
    });
  });
}
template void adamw_step<float>(const std::vector<strip<float>>&, const adamw_options&, long);
template void adamw_step<double>(const std::vector<strip<double>>&, const adamw_options&, long);
} // namespace weft::ir
