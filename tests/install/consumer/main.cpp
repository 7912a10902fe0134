// SPDX-License-Identifier: BSL-1.0
#include <weft/weft.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace consumer {
using namespace weft;
constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr axis<"d", 16> d;
constexpr auto attention = [](expr q, expr k, expr v) {
  return contract(softmax(contract(q, k, d) * rsqrt(extent(d)), key), v, key);
};
constexpr auto attend = compile(attention, arg<"q">(query, d), arg<"k">(key, d), arg<"v">(key, d));
} // namespace consumer

int main() {
  using namespace consumer;
  const auto q = normal(tensor<float>(query(5), d), 1), k = normal(tensor<float>(key(7), d), 2);
  const auto v = normal(tensor<float>(key(7), d), 3);
  const tensor<float> out = attend(q, k, v);
  const bool good = out.ax() == axes(query, d) && out.size() == 5 * 16 &&
                    all_close(out, attend.reference(q, k, v), 1e-4, 1e-5) &&
                    std::all_of(out.begin(), out.end(), [](float x) { return std::isfinite(x); });
  fmt::print("weft: found and linked; {} steps gave {} numbers, {}\n", attend.kernels(), out.size(),
             good ? "as they must be" : "WRONG");
  return !good;
}
