// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/add.hpp>
#include <weft/ops/mul.hpp>
#include <weft/ops/sub.hpp>
#include <weft/run/random.hpp>

namespace weft {

constexpr expr random_bits(const at& seed, const at& counter);

/// 32 random bits for each counter, a function of the lower 32 bits of seed and counter alone, so that float64 programs
/// draw what float32 ones do: Threefry-2x32 with 20 rounds (Salmon et al. 2011, "Parallel random numbers: as easy as 1,
/// 2, 3").  Integers; no derivative.
struct random_bits_op : elementwise<2> {
  static constexpr std::string_view name = "random_bits";
  static constexpr ir::kinds rule = ir::kinds::integers;
  static constexpr double flops = 100;
  [[gnu::always_inline]] static auto eval(auto seed, auto counter) {
    using word = std::make_unsigned_t<scalar_of<decltype(seed)>>;
    using V = with_lanes<decltype(seed), word>;
    return bits_as<decltype(seed)>(threefry(bits_as<V>(seed), bits_as<V>(counter)));
  }
};
constexpr expr random_bits(const at& seed, const at& counter) { return ir::binary<random_bits_op>(seed, counter); }
namespace ir {
/// The position of every place of the given axes in row-major order.
constexpr expr row_major(const at& seed, const axes& over) {
  expr counter = 0;
  if (axis_ref twice = over.repeated(); twice && seed.e.attached())
    return complain(seed.e, "random_bits", {{}, "the wanted axes name one twice:", twice}, seed.where);
  if (seed.e.attached())
    counter = attach(*seed.e.g, counter, seed.where); // what is unattached has no room for many axes
  for (axis_ref a : over) counter = counter * at(extent(a)) + at(index(a));
  return counter;
}
} // namespace ir
/// For every place of the given axes: the counter is the row-major position.
constexpr expr random_bits(const at& seed, const axes& over) { return random_bits(seed, ir::row_major(seed, over)); }

/// Bits as a number in [0, 1): the upper 24 of them times 2^-24.
struct unit_interval_op : elementwise<1> {
  static constexpr std::string_view name = "unit_interval";
  static constexpr ir::kinds rule = ir::kinds::measure;
  static constexpr double flops = 3;
  [[gnu::always_inline]] static auto eval(auto bits) {
    using lane = std::conditional_t<sizeof(scalar_of<decltype(bits)>) == 4, float, double>;
    using V = decltype(bits);
    const V upper = (bits >> 8) & broadcast<V>(0xffffff);
    return convert<with_lanes<V, lane>>(upper) * broadcast<with_lanes<V, lane>>(lane(0x1p-24));
  }
  static constexpr ir::interval range(ir::interval) { return {0, 1}; }
};
/// Uniform in [0, 1) for every place of the given axes.
constexpr expr uniform(const at& seed, const axes& over) {
  return ir::unary<unit_interval_op>(at(random_bits(seed, over), seed.where));
}
/// Uniform in [low, high] for every place of the given axes; `high` itself comes only from rounding.
constexpr expr uniform(const at& seed, const axes& over, const at& low, const at& high) {
  const ir::scope s("uniform", seed);
  const expr width = high - low, u = uniform(seed, over);
  return low + at(u * width);
}
} // namespace weft

extern template struct weft::ir::of<weft::random_bits_op>;
extern template struct weft::ir::of<weft::unit_interval_op>;
