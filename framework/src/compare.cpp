// SPDX-License-Identifier: BSL-1.0
#include "rows.hpp"

#include <weft/run/compare.hpp>

#include <cmath>

namespace weft {
namespace {
/// |a - b|: exact before it is rounded for integers, 0 for equal infinities, NaN if either is.
template <class A, class B> double distance(A a, B b) {
  if constexpr (std::integral<A> && std::integral<B>) {
    const std::int64_t x = a, y = b;
    const auto ux = static_cast<std::uint64_t>(x), uy = static_cast<std::uint64_t>(y);
    return static_cast<double>(x > y ? ux - uy : uy - ux);
  } else {
    const auto x = static_cast<double>(a), y = static_cast<double>(b);
    return x == y ? 0 : std::fabs(x - y);
  }
}

/// Calls `visit(a, b)` with every pair of elements.
template <class Visit> void for_each_pair(std::string_view who, const tensor_ref& a, const tensor_ref& b, Visit visit) {
  with_type(a.type, [&]<class A>(A) {
    with_type(b.type, [&]<class B>(B) {
      const auto* x = static_cast<const A*>(a.data);
      const auto* y = static_cast<const B*>(b.data);
      for_each_row(who, a, b, [&](long at_x, long at_y, long n, long stride_x, long stride_y) {
        for (long i = 0; i < n; i++) visit(x[at_x + i * stride_x], y[at_y + i * stride_y]);
      });
    });
  });
}
} // namespace

double max_abs_difference(const tensor_ref& a, const tensor_ref& b) {
  double largest = 0;
  for_each_pair("max_abs_difference", a, b, [&](auto x, auto y) {
    const double d = distance(x, y);
    if (d > largest || std::isnan(d)) largest = std::isnan(largest) ? largest : d;
  });
  return largest;
}

bool all_close(const tensor_ref& a, const tensor_ref& b, double relative, double absolute) {
  bool close = true;
  for_each_pair("all_close", a, b, [&](auto x, auto y) {
    const double d = distance(x, y);
    // An infinite bound would call anything close to an infinity.
    close = close && (d == 0 || (std::isfinite(d) && d <= absolute + relative * std::fabs(static_cast<double>(y))));
  });
  return close;
}
} // namespace weft
