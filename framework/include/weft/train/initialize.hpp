// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/structural.hpp>
#include <weft/run/random.hpp>
#include <weft/trace/walk.hpp>
#include <weft/train/scheme.hpp>

#include <concepts>
#include <initializer_list>
#include <string>

namespace weft {

namespace ir {
template <class T> void initialize(tensor<T>& t, std::string_view name, const scheme& how, std::uint64_t seed) {
  const double spread = spread_of(name, how, t.ref());
  if (how.what == scheme::law::normal) normal(t, seed_of(seed, name), 0, spread);
  else if (how.what == scheme::law::uniform) uniform(t, seed_of(seed, name), -spread, spread);
  else fill(t, static_cast<T>(spread));
}
} // namespace ir

/// Fresh parameters: the structure of `schema`, whose leaves are `axes`, with tensors for leaves. `bound` gives the
/// extents of axes that have no static one, and `choose(name, axes)` a scheme for each leaf; names are as `each_name`
/// spells them:
///   auto small = [](std::string_view name, const axes&) { return init::normal(0.02); };
///   initialize<float>(schema, seed, {width(128)}, small)
template <std::floating_point T, class Schema, class Choose>
  requires std::invocable<Choose&, std::string_view, const axes&>
rebind_t<Schema, tensor<T>> initialize(const Schema& schema, std::uint64_t seed, const std::vector<bound_axis>& bound,
                                       Choose choose) {
  auto parameters = reshaped<tensor<T>>(schema);
  std::vector<std::string> names;
  each_name([&](const std::string& name, const axes&) { names.push_back(name); }, schema);
  std::size_t next = 0;
  each_leaf(
      [&](const axes& ax, tensor<T>& t) {
        const std::string& name = names[next++];
        t = tensor<T>(ax, ir::parameter_extents(name, ax, bound));
        ir::initialize(t, name, choose(std::string_view(name), ax), seed);
      },
      schema, parameters);
  return parameters;
}
/// The same by patterns, of which the first that matches counts:
///   initialize<float>(schema, seed, {width(128)}, {{"*gain", init::ones()}, {"*", init::normal(0.02)}})
template <std::floating_point T, class Schema>
rebind_t<Schema, tensor<T>> initialize(const Schema& schema, std::uint64_t seed, const std::vector<bound_axis>& bound,
                                       std::initializer_list<named_scheme> schemes) {
  const std::vector<named_scheme> list(schemes);
  return initialize<T>(schema, seed, bound, [&](std::string_view name, const axes&) { return ir::chosen(name, list); });
}
} // namespace weft
