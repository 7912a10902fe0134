// SPDX-License-Identifier: BSL-1.0
#include "rows.hpp"

#include <weft/run/copy.hpp>
#include <weft/run/error.hpp>

#include <cstring>

namespace weft {
namespace {
/// Booleans are below integers, integers below reals; all reals convert to each other.
template <class From, class To>
constexpr bool converts = std::floating_point<To>     ? true
                          : std::floating_point<From> ? false
                          : std::same_as<To, bool>    ? std::same_as<From, bool>
                                                      : std::same_as<From, bool> || sizeof(From) <= sizeof(To);

template <class From, class To> void copy_elements(const tensor_ref& from, const tensor_ref& to) {
  const auto* source = static_cast<const From*>(from.data);
  auto* target = static_cast<To*>(to.data);
  for_each_row("copy", to, from, [&](long to_at, long from_at, long n, long to_stride, long from_stride) {
    To* t = target + to_at;
    const From* s = source + from_at;
    if constexpr (std::same_as<From, To>)
      if (to_stride == 1 && from_stride == 1) {
        std::memcpy(t, s, static_cast<std::size_t>(n) * sizeof(To));
        return;
      }
    for (long i = 0; i < n; i++) t[i * to_stride] = static_cast<To>(s[i * from_stride]);
  });
}
} // namespace

void copy_to(const tensor_ref& from, const tensor_ref& to) {
  with_type(from.type, [&]<class From>(From) {
    with_type(to.type, [&]<class To>(To) {
      if constexpr (converts<From, To>) copy_elements<From, To>(from, to);
      else
        throw error("copy: ", name_of(from.type), " does not convert to ", name_of(to.type),
                    " without loss; copy to a wider type");
    });
  });
}
} // namespace weft
