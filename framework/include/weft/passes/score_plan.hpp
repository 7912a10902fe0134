// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/score_placement.hpp>

/// Before: exits are placed. After: what walks with those accumulators cost is known.
namespace weft::ir {

/// Where every exit of a component's terms is accumulated, and what that costs.
struct score_plan : score_placement {
  /// Each walk costs a little besides its work.
  static constexpr double walk_cost = 0.02;

  const list<int>& roots;
  double cost = 0;
  std::uint64_t walks = 0; ///< a bit for each level that has an accumulator

  constexpr score_plan(score_terms& terms, const list<int>& what, const list<bool>& used, const list<int>& floors)
      : score_placement(terms, used, floors), roots(what) {
    count();
  }

  /// A matrix product: a factor outside the tile brings an axis that no factor in it has.
  constexpr bool multiplies(const list<int>& of, axis_set also) const {
    axis_set have = also, brought = 0;
    for (int i : of) (s.has_pair(s.all.at[i].ax) ? have : brought) |= s.all.at[i].ax;
    return (brought & ~have) != 0;
  }
  constexpr double flops_of(const term& x) const {
    return x.what == term::one || x.what == term::outside ? 0
           : x.what == term::sum                          ? 2 * x.size
           : x.what == term::inverse                      ? 4 * x.size
           : x.op                                         ? x.op->flops * x.size
                                                          : x.size;
  }

  struct accumulator {
    int level, kind, x; ///< kind: -1 a sum, else the term
    axis_set over;
    const list<int>* rest;
  };
  list<accumulator> accumulators;
  list<std::uint64_t> in_walks; ///< of each region value: the levels at which it is computed
  list<bool> needed;            ///< outside values and exits

  /// Walks from the 64th on count as one.
  static constexpr std::uint64_t bit(int level) { return std::uint64_t(1) << (level < 63 ? level : 63); }
  constexpr bool accumulate(const accumulator& a) {
    for (const accumulator& b : accumulators) {
      if (b.level != a.level || b.kind != a.kind || b.x != a.x || b.over != a.over || b.rest->size_ != a.rest->size_)
        continue;
      bool equal = true;
      for (int k = 0; k < a.rest->size_; k++) equal = equal && a.rest->at[k] == b.rest->at[k];
      if (equal) return false;
    }
    accumulators.push_back(a);
    walks |= bit(a.level);
    return true;
  }
  constexpr void accumulate_sum(int level, int x, axis_set over, const list<int>& rest) {
    bool exponential = x >= 0; // not there yet
    for (const accumulator& a : accumulators)
      exponential = exponential && !(a.x == x && a.level == level && a.over == over);
    if (!accumulate({level, -1, x, over, &rest})) return;
    const axis_set along = x < 0 ? 0 : s.all.at[x].ax;
    const double tile = s.elements(s.axes_of(rest) | along);
    cost += multiplies(rest, along) ? 2 * tile : tile;
    if (exponential) cost += 8 * s.elements(along);
  }

  /// What the roots ask for: accumulators, region values in each walk, and what they read; and its cost.
  constexpr void count() {
    struct request {
      int of, level; ///< level: of the walk that asks for a region value
    };
    list<request> todo;
    in_walks = list<std::uint64_t>(s.all.size_), needed = list<bool>(s.all.size_);
    const int outside = -1;
    for (int i : roots) {
      const int l = s.all.at[i].tile ? level_of(i) : outside;
      if (l >= 0) walks |= bit(l);
      todo.push_back({i, l});
    }
    const list<int> nothing;
    while (todo.size_) {
      const request r = todo.at[--todo.size_];
      const term& x = s.all.at[r.of];
      if (r.level >= 0 && x.tile) {
        std::uint64_t& w = in_walks.at[r.of];
        if (w & bit(r.level)) continue;
        w |= bit(r.level);
        cost += flops_of(x);
        for (int j = 0; j < x.count; j++) todo.push_back({s.arg(r.of, j), x.what == term::outside ? outside : r.level});
        continue;
      }
      if (needed.at[r.of]) continue;
      needed.at[r.of] = true;
      if (!x.exit) {
        cost += flops_of(x);
        for (int j = 0; j < x.count; j++) todo.push_back({s.arg(r.of, j), outside});
      } else if (x.what != term::sum) {
        const int l = level_of(r.of) - 1;
        if (x.op->is(trait::log_sum_exp)) accumulate_sum(l, s.arg(r.of, 0), x.over, nothing);
        else if (accumulate({l, r.of, -1, x.over, &nothing})) cost += x.size;
        for (int j = 0; j < x.count; j++) todo.push_back({s.arg(r.of, j), l});
      } else
        for (int k = 0; k < parts_of.at[r.of]; k++) {
          const sum_part& p = parts.at[first_part.at[r.of] + k];
          accumulate_sum(p.level, p.x, x.over, p.rest);
          if (p.x >= 0) todo.push_back({p.x, p.level});
          for (int f : p.rest) todo.push_back({f, p.level});
          for (int f : p.pulled) todo.push_back({f, outside});
          if (p.y >= 0) todo.push_back({p.y, outside});
        }
    }
    cost *= 1 + walk_cost * std::popcount(walks);
  }
};
} // namespace weft::ir
