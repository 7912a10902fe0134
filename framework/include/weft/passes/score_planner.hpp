// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/score_plan.hpp>
#include <weft/passes/score_rewrites.hpp>

/// Before: a component in terms, and its roots. After: roots of the same values for which the fewest and cheapest walks
/// were found, and how their sums are split.
namespace weft::ir {

/// Exits are placed; rewrites are tried one by one and kept where they lower the cost.
struct score_planner {
  score_terms s;
  list<int> roots, floor;
  list<sum_part> parts; ///< of the sums that are exits, as the plan splits them
  list<int> first_part, parts_of;
  int given = 0; ///< terms that there were before planning made others, and what the roots were
  list<int> given_roots;

  /// What the component itself reads again goes as low as it can, the rest where all its factors are known; then walks
  /// are emptied from the last one down where that is cheaper.
  constexpr double place(const list<int>& of, list<int>& floors) {
    const list<bool> used = s.reached(of);
    list<bool> read(used.size_); // by an exit
    list<int> exits, raised;     // those used; and those of them that have a floor
    floors = list<int>(used.size_);
    for (int i = used.size_; i-- > 0;) {
      if (!used.at[i]) continue;
      const bool inside = read.at[i] || s.all.at[i].exit;
      if (s.all.at[i].exit) exits.push_back(i);
      if (s.all.at[i].exit && !read.at[i]) floors.at[i] = score_plan::natural, raised.push_back(i);
      if (inside)
        for (int j = 0; j < s.all.at[i].count; j++) read.at[s.arg(i, j)] = true;
    }
    score_plan first(s, of, used, floors);
    double best = first.cost;
    list<int> level = std::move(first.reached_at); // plus one
    int last = 0;
    for (int i : exits)
      if (level.at[i] > last) last = level.at[i];
    for (int l = last; l > 2; l--) {
      list<int> lower = floors;
      bool any = false;
      for (int i : raised)
        if (lower.at[i] && level.at[i] == l) lower.at[i] = 0, any = true;
      if (!any) continue;
      score_plan p(s, of, used, lower);
      if (p.cost < best) best = p.cost, floors = std::move(lower), level = std::move(p.reached_at);
    }
    return best;
  }

  constexpr void run() {
    given = s.all.size_, given_roots = roots;
    double best = place(roots, floor);
    list<score_rewrite> tried;
    for (bool changed = true; changed;) {
      changed = false;
      for (const score_rewrite& c : score_rewriter{s}.candidates(roots)) {
        bool again = false;
        for (const score_rewrite& t : tried) again = again || (t.from == c.from && t.to == c.to);
        if (again) continue;
        tried.push_back(c);
        list<int> other = s.replaced(roots, c.from, c.to), floors;
        if (s.uncovered) continue;
        const double cost = place(other, floors);
        if (cost >= best * (1 - 1e-9)) continue;
        best = cost, roots = std::move(other), floor = std::move(floors);
        changed = true;
        break;
      }
    }
    score_plan chosen(s, roots, s.reached(roots), floor);
    parts = std::move(chosen.parts), first_part = std::move(chosen.first_part), parts_of = std::move(chosen.parts_of);
  }
};
} // namespace weft::ir
