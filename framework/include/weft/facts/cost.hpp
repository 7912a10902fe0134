// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/memory.hpp>

/// What can be known of a program without running it: constants where all extents are static.
namespace weft::ir {

inline constexpr extents_of static_extents{nullptr, [](const void*, axis_ref a) { return a->extent; }};

constexpr bool all_static(graph_view g) {
  for (const node& x : g.nodes)
    for (axis_ref a : x.ax)
      if (a->extent == unbound) return false;
  for (const node& x : g.nodes)
    if (x.op->how == form::extent && x.at.axis->extent == unbound) return false;
  return true;
}

/// Floating-point operations of one node: a product counts 2 for each multiplication, a function what its op says.
constexpr double flops_of(graph_view g, const node& x, const extents_of& extent) {
  switch (x.op->how) {
  case form::map: return x.op->flops * static_cast<double>(elements_of(x.ax, extent));
  case form::reduce: return x.op->flops * static_cast<double>(elements_of(g[g.in(x, 0)].ax, extent));
  case form::contract: return 2.0 * static_cast<double>(elements_of(x.ax, extent) * elements_of(x.at.shape, extent));
  case form::general: return x.op->flops * static_cast<double>(elements_of(x.count ? g[g.in(x, 0)].ax : x.ax, extent));
  default: return 0;
  }
}
constexpr double flops(graph_view g, const extents_of& extent) {
  double n = 0;
  for (const node& x : g.nodes) n += flops_of(g, x, extent);
  return n;
}

/// What a stream computes where it skips nothing: its tile program, everywhere.
constexpr double stream_flops(const plan_view& p, const tile_walk& s, const extents_of& extent) {
  const graph_view g = p.graph_of(s.masked);
  double n = 0;
  for (const node& x : g.nodes) n += flops_of(g, x, extent);
  return n * static_cast<double>(elements_of(s.loops, extent));
}

/// Bytes that a step reads and writes: each value once.
constexpr long step_bytes(graph_view g, const plan_view& p, const step& s, const extents_of& extent, int real_size) {
  list<int> seen;
  long n = 0;
  const auto touch = [&](int i) {
    for (int x : seen)
      if (x == i) return;
    seen.push_back(i);
    n += elements_of(g[i].ax, extent) * (g[i].k == boolean ? 1 : real_size);
  };
  each_access(g, p, s, touch, touch);
  return n;
}
constexpr long bytes(graph_view g, const plan_view& p, const extents_of& extent, int real_size) {
  long n = 0;
  for (const step& s : p.steps) n += step_bytes(g, p, s, extent, real_size);
  return n;
}

/// The arena: all values between steps, beyond the caller's inputs and results.
constexpr long peak_bytes(graph_view g, const plan_view& p, const extents_of& extent, int real_size) {
  return plan_memory(g, p, direct_outputs(g, p), extent, real_size).peak;
}

/// The values of the forward pass that a derivative sweep reads later: stored between the two. Calls f(node).
template <class F> constexpr void each_saved(graph_view g, const plan_view& p, F f) {
  list<bool> seen(g.size(), false);
  for (const step& s : p.steps) {
    bool backward = false;
    each_access(g, p, s, [](int) {}, [&](int i) { backward = backward || g[i].stage > 0; });
    if (!backward) continue;
    each_access(
        g, p, s,
        [&](int i) {
          if (seen[i] || g[i].stage > 0 || g[i].op->how == form::input) return;
          seen[i] = true;
          f(i);
        },
        [&](int i) { seen[i] = true; }); // made in the sweep itself
  }
}
constexpr long saved_bytes(graph_view g, const plan_view& p, const extents_of& extent, int real_size) {
  long n = 0;
  each_saved(g, p, [&](int i) { n += elements_of(g[i].ax, extent) * (g[i].k == boolean ? 1 : real_size); });
  return n;
}

/// Names that a rename makes one: the class of each axis is its first member. An axis that merges others stands for all
/// of them.
struct axis_classes {
  list<axis_ref> name;
  list<int> parent;
  struct regrouping {
    int whole;
    axes parts;
  };
  list<regrouping> regrouped;
  static constexpr int most_levels = 8; ///< of axes merged of merged ones

  constexpr int find(axis_ref a) {
    for (int i = 0; i < name.size(); i++)
      if (same(name[i], a)) {
        while (parent[i] != i) i = parent[i];
        return i;
      }
    name.push_back(a), parent.push_back(parent.size());
    return parent.size() - 1;
  }
  constexpr explicit axis_classes(graph_view g) {
    for (const node& x : g.nodes)
      if (x.at.axis && x.at.to && !x.op->is(trait::regroups)) {
        const int a = find(x.at.axis), b = find(x.at.to);
        parent[b] = a;
      }
    for (const node& x : g.nodes)
      if (x.op->is(trait::regroups)) regrouped.push_back({find(x.at.axis), x.at.shape});
  }
  constexpr bool stands_for(axis_ref x, int wanted, int level = 0) {
    const int mine = find(x);
    if (mine == wanted) return true;
    for (const regrouping& r : regrouped)
      if (r.whole == mine && level < most_levels)
        for (axis_ref p : r.parts)
          if (stands_for(p, wanted, level + 1)) return true;
    return false;
  }
  /// Whether two of these axes, or two that one of them merges, stand for a and b.
  constexpr bool hold(const axes& ax, int a, int b, int level = 0) {
    for (axis_ref x : ax)
      for (axis_ref y : ax)
        if (!same(x, y) && stands_for(x, a) && stands_for(y, b)) return true;
    for (axis_ref x : ax)
      for (const regrouping& r : regrouped)
        if (r.whole == find(x) && level < most_levels && hold(r.parts, a, b, level + 1)) return true;
    return false;
  }
};
/// Whether a value with two different axes of the classes of a and b is stored: results included, inputs not. Renamed
/// axes count as what they were, merged ones as all that they merge.
constexpr bool materializes(graph_view g, const plan_view& p, axis_ref a, axis_ref b) {
  axis_classes classes(g);
  const int ca = classes.find(a), cb = classes.find(b);
  for (int i = 0; i < g.size(); i++)
    if (p.stored[i] && classes.hold(g[i].ax, ca, cb)) return true;
  return false;
}
} // namespace weft::ir
