// SPDX-License-Identifier: BSL-1.0
#include "nan.hpp"

#include <weft/kernel/general.hpp>
#include <weft/run/copy.hpp>

#include <fmt/format.h>

#include <cmath>

namespace weft::ir {
std::string nan_in(const tensor_ref& values, std::string_view name, place where) {
  std::string found;
  with_type(values.type, [&](auto zero) {
    using S = decltype(zero);
    const strides_along at(values, values.ax);
    each_index(values.extent, values.ax.n, [&](const long* i) {
      if (!found.empty() || !std::isnan(static_cast<double>(elements<S>(values)[at(i)]))) return;
      for (int k = 0; k < values.ax.n; k++) found += fmt::format("{}{}={}", k ? ", " : "", values.ax[k]->name, i[k]);
      found = fmt::format("{} [{}]", name, found);
      if (where.line) found += fmt::format(" at {}:{}", file_of(where.file), where.line);
    });
  });
  return found;
}
} // namespace weft::ir
