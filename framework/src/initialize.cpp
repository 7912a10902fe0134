// SPDX-License-Identifier: BSL-1.0
#include <weft/run/error.hpp>
#include <weft/run/random.hpp>
#include <weft/train/scheme.hpp>

#include <cmath>
#include <limits>

namespace weft::ir {

// Greedy: the last star takes one character more whenever what follows it does not match.
bool matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = pattern.npos, taken = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') star = p++, taken = n;
    else if (p < pattern.size() && pattern[p] == name[n]) p++, n++;
    else if (star != pattern.npos) p = star + 1, n = ++taken;
    else return false;
  }
  while (p < pattern.size() && pattern[p] == '*') p++;
  return p == pattern.size();
}

std::vector<long> parameter_extents(std::string_view name, const axes& ax, const std::vector<bound_axis>& bound) {
  std::vector<long> extents;
  for (axis_ref a : ax) {
    long n = a->extent;
    for (const bound_axis& b : bound)
      if (same(a, b.axis)) {
        if (n != unbound && n != b.extent)
          throw error("initialize: axis ", a->name, " of ", name, " has extent ", n, ", and is given ", b.extent,
                      "; give each axis one");
        n = b.extent;
      }
    if (n == unbound)
      throw error("initialize: axis ", a->name, " of ", name, " has no extent; give it one: {", a->name, "(64), ...}");
    extents.push_back(n);
  }
  return extents;
}

scheme chosen(std::string_view name, const std::vector<named_scheme>& schemes) {
  for (const named_scheme& s : schemes)
    if (matches(s.pattern, name)) return s.how;
  throw error("initialize: no pattern matches parameter ", name, "; end the list with one for \"*\"");
}

double spread_of(std::string_view name, const scheme& how, const tensor_ref& shape) {
  if (how.what != scheme::law::constant && !(how.spread >= 0 && std::isfinite(how.spread)))
    throw error("initialize: ", name, " can't have a deviation or bound of ", how.spread,
                "; give a finite number that is 0 or more");
  if (how.counts == scheme::fan::none) return how.spread;
  axes inputs = how.inputs;
  if (inputs.n == 0 && shape.ax.n > 0) inputs.add(shape.ax[0]);
  double in = 1, out = 1;
  for (axis_ref a : inputs)
    if (!shape.ax.has(a))
      throw error("initialize: ", name, " ", shape_text(shape), " has no axis ", a->name, " to count its fan by");
  for (int i = 0; i < shape.ax.n; i++) (inputs.has(shape.ax[i]) ? in : out) *= static_cast<double>(shape.extent[i]);
  return how.spread / std::sqrt(how.counts == scheme::fan::in ? in : (in + out) / 2);
}

std::uint64_t seed_of(std::uint64_t seed, std::string_view name) {
  std::uint64_t h = 0xcbf29ce484222325; // FNV-1a
  for (char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return integer_at(seed, h, std::numeric_limits<std::uint64_t>::max());
}
} // namespace weft::ir
