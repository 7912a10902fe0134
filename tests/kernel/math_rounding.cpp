// SPDX-License-Identifier: BSL-1.0
/// Rounding to shorter formats, for every number of them.
#define BOOST_TEST_MODULE math_rounding
#include <kernel/numbers.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace support;

/// Every number of the format, what lies halfway to the next, and both neighbours of that.
template <class F, class T>
void every_number_of() {
  constexpr int fraction = F::digits - 1;
  const auto step = [](int i) { // from number i to the next
    return std::ldexp(T(1), std::max(i >> fraction, 1) - 1 + F::lowest_exponent - fraction);
  };
  const auto number = [&](int i) {
    const int rest = i & ((1 << fraction) - 1);
    return static_cast<T>(i >> fraction ? (1 << fraction) + rest : rest) * step(i);
  };
  const int count = (F::highest_exponent - F::lowest_exponent + 2) << fraction; // of it and beyond: infinite
  const auto rounded = [](T x, T expected) {
    packet<T> xs = broadcast<packet<T>>(x);
    xs[0] = -x;
    const packet<T> ys = math::round_to<F>(xs);
    const bool right = same<T>(ys[0], -expected) && same<T>(ys[1], expected) && same(math::round_to<F>(x), expected);
    BOOST_REQUIRE_MESSAGE(right, x << " is rounded to " << ys[1] << ", not " << expected);
  };
  for (int i = 0; i < count; ++i) {
    const T here = number(i), next = i + 1 < count ? number(i + 1) : inf<T>;
    const T halfway = here + step(i) / 2;
    rounded(here, here);
    rounded(halfway, i % 2 ? next : here);
    rounded(std::nextafter(halfway, T(0)), here);
    rounded(std::nextafter(halfway, inf<T>), next);
  }
  rounded(inf<T>, inf<T>);
  rounded(std::numeric_limits<T>::max(), inf<T>);
  BOOST_TEST(std::isnan(math::round_to<F>(math::nan<T>)));
}
BOOST_AUTO_TEST_CASE_TEMPLATE(rounding_to_shorter_formats, T, reals) {
  every_number_of<bfloat16, T>();
  every_number_of<float16, T>();
}
