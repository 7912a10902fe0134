// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/tensor_ref.hpp>

#include <cstdint>
#include <numbers>
#include <string_view>
#include <vector>

namespace weft {

/// How a parameter is filled before training: a number, or random numbers around 0. Where a fan counts, the variance is
/// divided by it: by the number of terms in each sum that the parameter takes part in (fan in), or by the mean of that
/// and of the same number on the way back (average).
struct scheme {
  enum class law : std::uint8_t { constant, normal, uniform };
  enum class fan : std::uint8_t { none, in, average };
  law what = law::constant;
  fan counts = fan::none;
  double spread = 0; ///< the number, the standard deviation, or the bound; with a fan, times its square root
  axes inputs{};     ///< the axes that the product sums over; the first one if none is given
};

/// Schemes by name. `inputs` are the axes over which the parameter is summed: for `contract(x, w, width)` it is
/// `width`.
namespace init {
constexpr scheme constant(double value) { return {scheme::law::constant, scheme::fan::none, value}; }
constexpr scheme zeros() { return constant(0); }
constexpr scheme ones() { return constant(1); }
constexpr scheme normal(double deviation) { return {scheme::law::normal, scheme::fan::none, deviation}; }
constexpr scheme uniform(double bound) { return {scheme::law::uniform, scheme::fan::none, bound}; }

/// Variance 2 / (fan in + fan out): X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward
/// neural networks", 2010, equation 16 (the uniform one), and a normal one of the same variance. Also called Xavier.
constexpr scheme glorot_uniform(const axes& inputs = {}) {
  return {scheme::law::uniform, scheme::fan::average, std::numbers::sqrt3, inputs};
}
constexpr scheme glorot_normal(const axes& inputs = {}) {
  return {scheme::law::normal, scheme::fan::average, 1, inputs};
}
constexpr scheme xavier_uniform(const axes& inputs = {}) { return glorot_uniform(inputs); }
constexpr scheme xavier_normal(const axes& inputs = {}) { return glorot_normal(inputs); }

/// Variance 2 / fan in, for the relu after it: K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", 2015,
/// equation 10, and a uniform one of the same variance. Also called Kaiming.
constexpr scheme he_normal(const axes& inputs = {}) {
  return {scheme::law::normal, scheme::fan::in, std::numbers::sqrt2, inputs};
}
constexpr scheme he_uniform(const axes& inputs = {}) {
  return {scheme::law::uniform, scheme::fan::in, std::numbers::sqrt2 * std::numbers::sqrt3, inputs};
}
constexpr scheme kaiming_normal(const axes& inputs = {}) { return he_normal(inputs); }
constexpr scheme kaiming_uniform(const axes& inputs = {}) { return he_uniform(inputs); }

/// Variance 1 / fan in: what has unit variance keeps it. Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, "Efficient
/// backprop", 1998, equation 16.
constexpr scheme unit_variance(const axes& inputs = {}) { return {scheme::law::normal, scheme::fan::in, 1, inputs}; }
} // namespace init

/// A scheme for the parameters whose name matches: `{"blocks.*.wq", init::normal(0.02)}`. A `*` stands for any text.
struct named_scheme {
  std::string_view pattern;
  scheme how;
};

namespace ir {
bool matches(std::string_view pattern, std::string_view name);
/// The extents of a parameter: the static ones, and those in `bound` by name. Throws, naming both, if one is missing.
std::vector<long> parameter_extents(std::string_view name, const axes& ax, const std::vector<bound_axis>& bound);
/// The first that matches. Throws if none does.
scheme chosen(std::string_view name, const std::vector<named_scheme>& schemes);
/// The constant, standard deviation or bound for a parameter of these extents.
double spread_of(std::string_view name, const scheme& how, const tensor_ref& shape);
/// The seed of the numbers of one parameter. It depends on the name alone, so adding a parameter changes no other.
std::uint64_t seed_of(std::uint64_t seed, std::string_view name);
} // namespace ir
} // namespace weft
