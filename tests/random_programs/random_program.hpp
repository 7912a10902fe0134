// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <support/samples.hpp>

#include <map>

/// What a random program is made from: its seed, its axes and extents, its inputs.
namespace support {

namespace random_axes {
inline constexpr axis<"a"> a;
inline constexpr axis<"b"> b;
inline constexpr axis<"c", 3> c;
inline constexpr axis<"d", 8> d;
inline constexpr axis<"e", 5> e;
inline constexpr axis<"f"> f;
inline constexpr axis<"one", 1> one;
inline constexpr axis<"four", 4> four; // of two and four, splits and merges of d
inline constexpr axis_ref pool[]{a, b, c, d, e, f, one};
/// The twins that renames give.
inline constexpr axis_ref twins[]{prime(a), prime(b), prime(c), prime(d), prime(e), prime(f), prime(one)};
} // namespace random_axes

/// Choices by counter: the same seed makes the same program.
struct dice {
  std::uint64_t seed, counter = 0;
  int below(int n) { return static_cast<int>(integer_at(seed, counter++, static_cast<std::uint64_t>(n))); }
  bool one_in(int n) { return below(n) == 0; }
  template <class X> const X& of(const std::vector<X>& x) {
    return x[static_cast<std::size_t>(below(static_cast<int>(x.size())))];
  }
};

/// The extents of a call by the names of axes; a twin has that of its axis.
struct named_extents {
  std::map<std::string, long, std::less<>> of;
  long operator()(axis_ref x) const {
    if (x->extent != unbound) return x->extent;
    const auto known = of.find(x->name.substr(0, x->name.find('\'')));
    return known == of.end() ? 3 : known->second;
  }
};

/// The axes without a static extent that operands of the samples have: an input binds each.
inline const std::vector<axis_ref>& axes_of_samples() {
  static const std::vector<axis_ref> all = [] {
    std::vector<axis_ref> r;
    for (const row& one : rows())
      for (const domain& d : one.in)
        for (axis_ref x : d.ax)
          if (x->extent == unbound && std::none_of(r.begin(), r.end(), [&](axis_ref y) { return same(x, y); }))
            r.push_back(x);
    return r;
  }();
  return all;
}

struct random_program {
  std::uint64_t seed;
  named_extents extents;
  double limit = 6000;                         ///< elements of an input; values may have three times as many
  std::vector<axes> reals, integers, booleans; ///< the axes of the inputs

  static constexpr int id_count = 3; ///< the ids are integers of [0, 3): places on every static axis but `one`

  explicit random_program(std::uint64_t s) : seed(s) {
    dice roll{seed};
    const std::vector<long> usual{1, 2, 3, 4, 7, 8, 9, 16, 17, 33, 53};
    long &of_a = extents.of["a"], &of_b = extents.of["b"];
    of_a = roll.of(usual), of_b = roll.of(usual), extents.of["f"] = roll.of(usual);
    if (roll.one_in(10)) of_a = 1100 + roll.below(200);          // more than a chunk of lanes
    if (roll.one_in(25)) of_b = 0;                               // nothing at all
    if (roll.one_in(80)) of_a = 2500, of_b = 17, limit = 150000; // work for several threads
    for (axis_ref x : axes_of_samples())                         // rows may ask for as many places as the samples have
      extents.of.emplace(x->name.substr(0, x->name.find('\'')), extent_of(x) + roll.below(6));
    extents.of["merged"] = extents.of.at("n") * extents.of.at("m"); // no input has it
    for (int k = 2 + roll.below(3); k-- > 0;) reals.push_back(some_axes(roll, 3));
    integers.push_back(some_axes(roll, 2));
    booleans = {some_axes(roll, 2), axes(random_axes::a), axes(random_axes::b),
                axes(random_axes::f)}; // all but the first bind extents
    for (axis_ref x : axes_of_samples()) booleans.push_back(axes(x));
  }
  long extent(axis_ref x) const { return extents(x); }
  bool large() const { return limit > 6000; }
  double elements(const axes& ax) const {
    double n = 1;
    for (axis_ref x : ax) n *= static_cast<double>(std::max(extent(x), 1l));
    return n;
  }
  axes some_axes(dice& roll, int most) const {
    axes r;
    for (int k = roll.below(most + 1); k-- > 0;) {
      const axis_ref x = random_axes::pool[roll.below(std::size(random_axes::pool))];
      if (!r.has(x) && elements(r) * static_cast<double>(extent(x)) < limit) r.add(x);
    }
    return r;
  }
  std::vector<expr> inputs(ir::builder& b, const std::vector<axes>& ax, kind k, std::string_view label) const {
    std::vector<expr> r;
    for (const axes& x : ax) r.push_back(ir::input(b, x, k, label));
    return r;
  }

  /// The program: some of the last values made from the inputs.
  std::vector<expr> operator()(const std::vector<expr>& x, const std::vector<expr>& ids,
                               const std::vector<expr>& masks) const;
};

/// Numbers for a program's inputs: the same for the same kinds, axes and extents.
inline values drawn_inputs(ir::graph_view g, std::uint64_t seed, const named_extents& extents) {
  values r;
  for (int i : g.inputs) {
    const ir::node& x = g[i];
    std::vector<long> shape;
    for (axis_ref a : x.ax) shape.push_back(extents(a));
    value v(x.k, precision::twice, x.ax, shape);
    for (long e = 0; e < v.size(); e++) {
      const double z = uniform_at(seed * 64 + r.size(), static_cast<std::uint64_t>(e));
      v.set(e, x.k == boolean ? z < 0.6 : x.k == integer ? std::floor(random_program::id_count * z) : 3 * z - 1.5);
    }
    r.push_back(v);
  }
  return r;
}
} // namespace support
