// SPDX-License-Identifier: BSL-1.0
#include "rows.hpp"

#include <weft/run/statistics.hpp>

namespace weft {

statistics statistics_of(const tensor_ref& t) {
  statistics s;
  if (t.unset()) return s;
  with_type(t.type, [&]<class T>(T) {
    const auto* data = static_cast<const T*>(t.data);
    for_each_row("statistics_of", t, t, [&](long at, long, long n, long stride, long) {
      for (long i = 0; i < n; i++) s.add(static_cast<double>(data[at + i * stride]));
    });
  });
  return s;
}
} // namespace weft
