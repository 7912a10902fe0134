// SPDX-License-Identifier: BSL-1.0
// Everything here is plain arithmetic and square roots, which IEEE 754 fixes to the last bit (given -ffp-contract=off).
// math::log would not do: it fuses where the machine can.
#include <weft/run/random.hpp>

#include <cmath>

namespace weft {
namespace {
threefry_block<std::uint32_t> block(std::uint64_t seed, std::uint64_t position) {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
  return threefry(low(seed), high(seed), low(position), high(position));
}

std::uint64_t bits(std::uint64_t seed, std::uint64_t position) {
  const auto words = block(seed, position);
  return (static_cast<std::uint64_t>(words.first) << 32) | words.second;
}

/// log(x) for normal positive x, by 2 atanh(f / (2 + f)): the series of FreeBSD's e_log.c.
double plain_log(double x) {
  int exponent;
  double m = std::frexp(x, &exponent);
  if (m < 0.70710678118654752) {
    m *= 2;
    exponent--;
  }
  const double f = m - 1, s = f / (2 + f), z = s * s, half = 0.5 * f * f;
  constexpr double c[] = {6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01,
                          2.222219843214978396e-01, 1.818357216161805012e-01, 1.531383769920937332e-01,
                          1.479819860511658591e-01};
  double r = 0;
  for (int i = 6; i >= 0; i--) r = (r + c[i]) * z;
  constexpr double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;
  return exponent * ln2_high - ((half - (s * (half + r) + exponent * ln2_low)) - f);
}

/// scale * n(r) / d(r), coefficients from the constant one up.
double ratio(double scale, const double (&n)[8], const double (&d)[8], double r) {
  double a = n[7], b = d[7];
  for (int i = 6; i >= 0; i--) {
    a = a * r + n[i];
    b = b * r + d[i];
  }
  return scale * a / b;
}
} // namespace

// M. J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37 (1988),
// PPND16: about 16 digits.
double normal_quantile(double p) {
  static constexpr double a[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                                  1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                  3.3430575583588128105e+4, 2.5090809287301226727e+3};
  static constexpr double b[8] = {1.0,
                                  4.2313330701600911252e+1,
                                  6.8718700749205790830e+2,
                                  5.3941960214247511077e+3,
                                  2.1213794301586595867e+4,
                                  3.9307895800092710610e+4,
                                  2.8729085735721942674e+4,
                                  5.2264952788528545610e+3};
  static constexpr double c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                  3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                  2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double d[8] = {1.0,
                                  2.05319162663775882187e0,
                                  1.67638483018380384940e0,
                                  6.89767334985100004550e-1,
                                  1.48103976427480074590e-1,
                                  1.51986665636164571966e-2,
                                  5.47593808499534494600e-4,
                                  1.05075007164441684324e-9};
  static constexpr double e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                  2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                  2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double f[8] = {1.0,
                                  5.99832206555887937690e-1,
                                  1.36929880922735805310e-1,
                                  1.48753612908506148525e-2,
                                  7.86869131145613259100e-4,
                                  1.84631831751005468180e-5,
                                  1.42151175831644588870e-7,
                                  2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) return ratio(q, a, b, 0.180625 - q * q);
  const double r = std::sqrt(-plain_log(q < 0 ? p : 1 - p));
  const double x = r <= 5 ? ratio(1, c, d, r - 1.6) : ratio(1, e, f, r - 5);
  return q < 0 ? -x : x;
}

double uniform_at(std::uint64_t seed, std::uint64_t position) {
  return static_cast<double>(bits(seed, position) >> 11) * 0x1p-53;
}

double normal_at(std::uint64_t seed, std::uint64_t position) {
  // The middles of 2^52 cells: never 0 or 1, and symmetric.
  return normal_quantile((static_cast<double>(bits(seed, position) >> 12) + 0.5) * 0x1p-52);
}

std::uint64_t integer_at(std::uint64_t seed, std::uint64_t position, std::uint64_t count) {
  // D. Lemire, "Fast random integer generation in an interval", 2019, without its rejection: the bias is below
  // count / 2^64, and each position keeps a number of its own.
  __extension__ using wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<wide>(bits(seed, position)) * count) >> 64);
}
} // namespace weft
