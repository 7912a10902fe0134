// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/math.hpp>

#include <boost/mpl/list.hpp>

#include <cmath>
#include <limits>
#include <random>

/// Numbers of both real types to test with, and how far apart two are.
namespace support {

using namespace weft;
using reals = boost::mpl::list<float, double>;
using wide = long double;

template <class T>
constexpr T inf = std::numeric_limits<T>::infinity();

/// Equal to the last bit, the sign of a zero included; all NaN are one.
template <class T>
bool same(T a, T b) {
  return (std::isnan(a) && std::isnan(b)) || bits_as<lane_int<T>>(a) == bits_as<lane_int<T>>(b);
}

/// How far `result` is from `exact`, in units of the last digit that T has there. A result in the subnormal range may
/// be flushed to 0; infinities and NaN have to be met.
template <class T>
double ulp_error(T result, wide exact) {
  const T wanted = static_cast<T>(exact);
  if (std::isnan(wanted) || std::isnan(result) || std::isinf(wanted) || std::isinf(result))
    return (std::isnan(wanted) && std::isnan(result)) || wanted == result ? 0 : inf<double>;
  constexpr wide smallest = std::numeric_limits<T>::min();
  const wide magnitude = std::fabs(exact);
  if (magnitude < smallest && result == 0) return 0;
  const int exponent = std::ilogb(std::max(magnitude, smallest));
  return double(std::fabs(result - exact) / std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits + 1));
}

/// Any bit pattern: all magnitudes, both signs, NaN.
template <class T>
T random_bits(std::mt19937_64& random) {
  return bits_as<T>(static_cast<lane_int<T>>(random()));
}
template <class T>
T uniform(std::mt19937_64& random, double low, double high) {
  return static_cast<T>(std::uniform_real_distribution<double>(low, high)(random));
}
} // namespace support
