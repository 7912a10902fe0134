// SPDX-License-Identifier: BSL-1.0
#include "rows.hpp"

#include <weft/run/compare.hpp>
#include <weft/run/error.hpp>

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace weft {
namespace {
/// Two elements and how far they lie apart: |a - b|, exact before it is rounded for integers, 0 for equal infinities,
/// NaN if either is.
struct compared {
  double a, b, distance;
};
template <class A, class B> compared compare(A a, B b) {
  const auto x = static_cast<double>(a), y = static_cast<double>(b);
  if constexpr (std::integral<A> && std::integral<B>) {
    const std::int64_t i = a, j = b;
    const auto u = static_cast<std::uint64_t>(i), v = static_cast<std::uint64_t>(j);
    return {x, y, static_cast<double>(i > j ? u - v : v - u)};
  } else return {x, y, x == y ? 0 : std::fabs(x - y)};
}

/// Calls `visit` with every pair of elements.
void for_each_pair(std::string_view who, const tensor_ref& a, const tensor_ref& b,
                   function_ref<void(const compared&)> visit) {
  with_type(a.type, [&]<class A>(A) {
    with_type(b.type, [&]<class B>(B) {
      const auto* x = static_cast<const A*>(a.data);
      const auto* y = static_cast<const B*>(b.data);
      for_each_row(who, a, b, [&](long at_x, long at_y, long n, long stride_x, long stride_y) {
        for (long i = 0; i < n; i++) visit(compare(x[at_x + i * stride_x], y[at_y + i * stride_y]));
      });
    });
  });
}
void compare(closeness& found, const ir::named_tensor& a, const ir::named_tensor& b, const tolerances& within) {
  const std::string name = a.first.empty() ? "tensor" : a.first;
  long place = 0;
  for_each_pair(name, a.second, b.second, [&](const compared& x) {
    const double bound = within.atol + within.rtol * std::fabs(x.b);
    found.elements++, place++;
    if (x.distance == 0 || (std::isfinite(x.distance) && x.distance <= bound)) return;
    const double excess = std::isfinite(x.distance) ? x.distance / bound : std::numeric_limits<double>::infinity();
    if (found.differing++ == 0 || excess > found.excess)
      found.where = name + (a.second.ax.n ? place_text(a.second, place - 1) : ""), found.a = x.a, found.b = x.b,
      found.distance = x.distance, found.excess = excess;
  });
}
} // namespace

closeness ir::close(const std::vector<named_tensor>& a, const std::vector<named_tensor>& b, const tolerances& within) {
  closeness found;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()) && found.mismatch.empty(); i++)
    if (i >= a.size() || i >= b.size() || a[i].first != b[i].first)
      found.mismatch = fmt::format("the members differ: {} and {}", i < a.size() ? a[i].first : "none",
                                   i < b.size() ? b[i].first : "none");
    else try {
        compare(found, a[i], b[i], within);
      } catch (const error& e) { found.mismatch = e.what(); }
  found.holds = found.differing == 0 && found.mismatch.empty();
  return found;
}

std::string closeness::text() const {
  if (!mismatch.empty()) return mismatch;
  if (holds) return fmt::format("{} elements are close", elements);
  return fmt::format("{}: {:.9g} and {:.9g} differ by {:.3g}, {:.3g} times the tolerance; {} of {} elements differ",
                     where, a, b, distance, excess, differing, elements);
}

double max_abs_difference(const tensor_ref& a, const tensor_ref& b) {
  double largest = 0;
  for_each_pair("max_abs_difference", a, b, [&](const compared& x) {
    if (x.distance > largest || std::isnan(x.distance)) largest = std::isnan(largest) ? largest : x.distance;
  });
  return largest;
}

bool all_close(const tensor_ref& a, const tensor_ref& b, double relative, double absolute) {
  bool close = true;
  for_each_pair("all_close", a, b, [&](const compared& x) {
    // An infinite bound would call anything close to an infinity.
    close =
        close && (x.distance == 0 || (std::isfinite(x.distance) && x.distance <= absolute + relative * std::fabs(x.b)));
  });
  return close;
}
} // namespace weft
