// SPDX-License-Identifier: BSL-1.0
#include "forms.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace weft::ir {
bool same_form(const std::vector<tensor_ref>& a, const std::vector<tensor_ref>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); i++)
    if (!same_form(a[i], b[i])) return false;
  return true;
}

namespace {
/// The bytes from the first to past the last element of a tensor.
std::pair<const char*, const char*> memory_of(const tensor_ref& t) {
  long low = 0, high = 0;
  for (int i = 0; i < t.ax.n; i++) {
    if (t.extent[i] == 0) return {nullptr, nullptr};
    (t.stride[i] < 0 ? low : high) += (t.extent[i] - 1) * t.stride[i];
  }
  const long size = static_cast<long>(size_of(t.type));
  const char* p = static_cast<const char*>(t.data);
  return {p + low * size, p + (high + 1) * size};
}
/// From and to where in a row of `period` bytes a tensor's elements lie, counted from its first one.
std::pair<long, long> within_period(const tensor_ref& t, long period) {
  const long size = static_cast<long>(size_of(t.type));
  long low = 0, high = 0;
  for (int i = 0; i < t.ax.n; i++)
    if (const long step = t.stride[i] * size; step % period) (step < 0 ? low : high) += (t.extent[i] - 1) * step;
  return {low, high + size};
}
/// Whether the elements lie in other columns of the same rows, where a row is `period` bytes.
bool in_other_columns(const tensor_ref& a, const tensor_ref& b, long period) {
  const auto [a0, a1] = within_period(a, period);
  const auto [b0, b1] = within_period(b, period);
  const long apart = static_cast<const char*>(b.data) + b0 - (static_cast<const char*>(a.data) + a0);
  const long from_a = ((apart % period) + period) % period; // b begins so far behind a
  return from_a >= a1 - a0 && from_a + (b1 - b0) <= period;
}
bool in_other_columns(const tensor_ref& a, const tensor_ref& b) {
  for (const tensor_ref* t : {&a, &b})
    for (int i = 0; i < t->ax.n; i++)
      if (const long step = std::abs(t->stride[i]) * static_cast<long>(size_of(t->type));
          step && in_other_columns(a, b, step))
        return true;
  return false;
}
} // namespace
bool overlap(const tensor_ref& a, const tensor_ref& b) {
  const auto [a0, a1] = memory_of(a);
  const auto [b0, b1] = memory_of(b);
  return a0 && b0 && a0 < b1 && b0 < a1 && !in_other_columns(a, b);
}
bool keeps_apart(const tensor_ref& t) {
  std::array<std::pair<long, long>, max_rank> steps{}; // with extents; none, of none, where there is but one place
  for (std::size_t i = 0; i < steps.size(); i++)
    if (const int k = static_cast<int>(i); k < t.ax.n && t.extent[k] > 1)
      steps[i] = {std::abs(t.stride[k]), t.extent[k]};
  std::sort(steps.begin(), steps.end());
  long reach = 0;
  for (const auto& [step, extent] : steps) {
    if (extent == 0) continue;
    if (step <= reach) return t.size() == 0;
    reach += step * (extent - 1);
  }
  return true;
}
} // namespace weft::ir
