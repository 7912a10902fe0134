// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <support/score_spaces.hpp>

#include <weft/trace/compile.hpp>

#include <boost/test/unit_test.hpp>

/// Random score spaces in generated code.
namespace support::score_spaces {

/// Every other one with its gradients, which take most of the compiler's time.
template <std::uint64_t Seed> inline constexpr auto seeded = [] {
  constexpr function<std::array<expr, results_of(Seed)>> f{ours, Seed};
  if constexpr (Seed % 2) return f;
  else return with_gradients(f);
}();

/// That generated kernels give the bits of interpreted ones, and the numbers of the reference.
void agrees(const ir::program_data& program, std::uint64_t seed);
template <std::uint64_t First, std::uint64_t Count> void are_right_and_never_stored() {
  const auto one = [&]<std::uint64_t Seed>(std::integral_constant<std::uint64_t, Seed>) {
    constexpr auto p = std::apply([](auto... a) { return compile<seeded<Seed>>(a...); }, arguments);
    static_assert(!p.materializes(query, key));
    agrees(p.template data_for<double>(), Seed);
  };
  [&]<std::uint64_t... I>(std::integer_sequence<std::uint64_t, I...>) {
    (one(std::integral_constant<std::uint64_t, First + I>{}), ...);
  }(std::make_integer_sequence<std::uint64_t, Count>{});
}
} // namespace support::score_spaces
