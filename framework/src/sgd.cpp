// SPDX-License-Identifier: BSL-1.0
#include "over_strips.hpp"

#include <weft/train/update.hpp>

#include <limits>

namespace weft::ir {
template <class T> void sgd_step(const std::vector<strip<T>>& strips, const sgd_options& o) {
  constexpr double unlimited = std::numeric_limits<double>::infinity();
  check_option("sgd", "rate", o.rate, unlimited), check_option("sgd", "momentum", o.momentum, unlimited);
  check_option("sgd", "decay", o.decay, unlimited);
  const T rate = static_cast<T>(o.rate), momentum = static_cast<T>(o.momentum);
  each_strip(strips, [&](long, const strip<T>& p) {
    const auto [w, g, v, none] = p.at;
    const T kept = static_cast<T>(p.rank >= o.decay_from_rank ? 1 - o.rate * o.decay : 1);
    each_element<T>(p.n, [&, w = w, g = g, v = v](long i, auto one) {
      using V = decltype(one);
      const V slope = get<V>(g + i), speed = momentum * get<V>(v + i) + slope;
      put(v + i, speed);
      put(w + i, V(kept * get<V>(w + i) - rate * (o.nesterov ? V(slope + momentum * speed) : speed)));
    });
  });
}
template void sgd_step<float>(const std::vector<strip<float>>&, const sgd_options&);
template void sgd_step<double>(const std::vector<strip<double>>&, const sgd_options&);
} // namespace weft::ir
