// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/text.hpp>

#include <concepts>
#include <cstdint>
#include <limits>

namespace weft {

/// Whether an axis can be long. Two sequence axes can open a score space; features stay inside tiles.
enum class role : std::uint8_t { sequence, feature };

/// The extent of an axis that the tensors of each call bind anew.
inline constexpr long unbound = std::numeric_limits<long>::min();

/// What the graph knows of an axis. Axes are static objects and graphs point at them; two are the same axis if their
/// names are equal (the hash is compared first).
struct axis_data {
  std::string_view name;
  long extent = unbound;
  weft::role role = weft::role::sequence;
  unsigned hash = 0;
};
using axis_ref = const axis_data*;

/// An axis together with its extent, `query(128)`: how a tensor binds one whose extent is not static.
struct bound_axis {
  axis_ref axis;
  long extent;
  constexpr bound_axis(axis_ref a) : axis(a), extent(a->extent) {}
  constexpr bound_axis(axis_ref a, long n) : axis(a), extent(n) {}
};

/// A named axis, `constexpr axis<"query"> query;` (extent bound by each call: a sequence) or
/// `constexpr axis<"d", 64> d;` (extent static: a feature). `sequence` and `feature` state the role outright.
template <text Name, long Extent = unbound, role Role = (Extent == unbound ? role::sequence : role::feature),
          int Primes = 0>
struct axis {
  static_assert(!Name.view().empty(), "axis: a name can't be empty");
  static_assert(Extent == unbound || Extent >= 0, "axis: an extent can't be negative");
  static constexpr auto spelling = [] {
    text<Name.view().size() + Primes + 1> s;
    std::copy_n(Name.characters, Name.view().size(), s.characters);
    for (int i = 0; i < Primes; i++) s.characters[Name.view().size() + static_cast<std::size_t>(i)] = '\'';
    return s;
  }();
  static constexpr axis_data data{spelling.view(), Extent, Role, ir::hash_of(spelling.view())};
  constexpr operator axis_ref() const { return &data; }
  constexpr operator bound_axis() const { return &data; }
  /// This axis with an extent: `tensor<float> q(query(128), d)`.
  constexpr bound_axis operator()(long n) const { return {&data, n}; }
};
template <text Name, long Extent = unbound> using sequence = axis<Name, Extent, role::sequence>;
template <text Name, long Extent = unbound> using feature = axis<Name, Extent, role::feature>;

/// The twin of an axis, `key'` for `key`: the second axis of a square weight, a Jacobian or a Hessian.
template <text Name, long Extent, role Role, int Primes>
constexpr axis<Name, Extent, Role, Primes + 1> prime(const axis<Name, Extent, Role, Primes>&) {
  return {};
}

constexpr bool same(axis_ref a, axis_ref b) { return a == b || (a->hash == b->hash && a->name == b->name); }

/// The most axes that a tensor or an expression can have.
inline constexpr int max_rank = 8;

/// An ordered list of at most `max_rank` axes, no name twice (`repeated` finds one that is).
struct axes {
  axis_ref a[max_rank]{};
  int n = 0;
  constexpr axes() = default;
  template <class... A>
    requires(sizeof...(A) > 0 && sizeof...(A) <= max_rank && (std::convertible_to<A, axis_ref> && ...))
  constexpr axes(A... x) : a{axis_ref(x)...}, n(sizeof...(A)) {}

  constexpr int size() const { return n; }
  constexpr axis_ref operator[](int i) const { return a[i]; }
  constexpr const axis_ref* begin() const { return a; }
  constexpr const axis_ref* end() const { return a + (n < max_rank ? n : max_rank); }
  // One expression: compilers count the statements that a constant executes, and this runs several times a node.
  constexpr int find(axis_ref x) const {
    const int i = n > 0 && a[0]->hash == x->hash   ? 0
                  : n > 1 && a[1]->hash == x->hash ? 1
                  : n > 2 && a[2]->hash == x->hash ? 2
                  : n > 3 && a[3]->hash == x->hash ? 3
                  : n > 4 && a[4]->hash == x->hash ? 4
                  : n > 5 && a[5]->hash == x->hash ? 5
                  : n > 6 && a[6]->hash == x->hash ? 6
                  : n > 7 && a[7]->hash == x->hash ? 7
                                                   : -1;
    return i < 0 || a[i] == x || a[i]->name == x->name ? i : find_by_name(x);
  }
  /// Where two names of one hash are in the list.
  constexpr int find_by_name(axis_ref x) const {
    for (const axis_ref* y = begin(); y != end(); ++y)
      if (same(*y, x)) return static_cast<int>(y - a);
    return -1;
  }
  constexpr bool has(axis_ref x) const { return find(x) >= 0; }
  /// Past `max_rank` axes are only counted, so that what asks for more can be refused.
  constexpr void add(axis_ref x) {
    if (n < max_rank) a[n] = x;
    n++;
  }
  constexpr axes without(axis_ref x) const {
    axes r;
    for (axis_ref y : *this)
      if (!same(y, x)) r.add(y);
    return r;
  }
  constexpr axes without(const axes& drop) const {
    axes r;
    for (axis_ref y : *this)
      if (!drop.has(y)) r.add(y);
    return r;
  }
  constexpr bool contains(const axes& o) const {
    for (axis_ref y : o)
      if (!has(y)) return false;
    return true;
  }
  /// The same axes in any order.
  constexpr bool matches(const axes& o) const { return *this == o || (n == o.n && contains(o)); }
  constexpr axis_ref repeated() const {
    for (const axis_ref* x = begin(); x != end(); ++x)
      for (const axis_ref* y = begin(); y != x; ++y)
        if (same(*x, *y)) return *x;
    return nullptr;
  }
  constexpr bool operator==(const axes& o) const {
    return n == o.n && a[0] == o.a[0] && a[1] == o.a[1] && a[2] == o.a[2] && a[3] == o.a[3] && a[4] == o.a[4] &&
           a[5] == o.a[5] && a[6] == o.a[6] && a[7] == o.a[7];
  }
};

namespace ir {
/// The extent that passes reckon with: one that is not known yet counts as 1024 (sequences) or 64 (features).
constexpr double assumed(axis_ref a) {
  return a->extent != unbound ? static_cast<double>(a->extent) : a->role == role::sequence ? 1024 : 64;
}
/// The elements of a value with these axes.
constexpr double assumed(const axes& ax) {
  double n = 1;
  for (axis_ref a : ax) n *= assumed(a);
  return n;
}
} // namespace ir
} // namespace weft
