// SPDX-License-Identifier: BSL-1.0
#include "nan.hpp"

#include <weft/kernel/general.hpp>
#include <weft/run/copy.hpp>

#include <fmt/format.h>

#include <cmath>

namespace weft::ir {
std::vector<long> nans_in(const tensor_ref& values, std::size_t most) {
  std::vector<long> found;
  with_type(values.type, [&](auto zero) {
    using S = decltype(zero);
    if constexpr (std::is_floating_point_v<S>) {
      long number = 0;
      const auto look = [&](long i) {
        if (std::isnan(elements<S>(values)[i]) && found.size() < most) found.push_back(number);
        number++;
      };
      each_place(values.extent, values.ax.n, look, strides_along(values, values.ax));
    }
  });
  return found;
}

std::string element_text(std::string_view name, const tensor_ref& values, long number, place where) {
  std::string at;
  for (int k = values.ax.n; k-- > 0; number /= values.extent[k])
    at = fmt::format("{}={}{}{}", values.ax[k]->name, number % values.extent[k], at.empty() ? "" : ", ", at);
  std::string text = fmt::format("{} [{}]", name, at);
  if (where.line) text += fmt::format(" at {}:{}", file_of(where.file), where.line);
  return text;
}
} // namespace weft::ir
