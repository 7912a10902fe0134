// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/score_terms.hpp>

/// Before: a component in terms, and which exits may be split. After: the level at which each term is known, and the
/// parts of each exit that is a sum; the terms stay, others may be added.
namespace weft::ir {

/// A part of a sum over C:  factor * pulled * exp(y) * sum over C of exp(x) * rest.  x and rest are known one walk
/// earlier than the sum as it stands; y and pulled have no axis of C.
struct sum_part {
  double factor = 1;
  list<int> pulled, rest;
  int x = -1, y = -1; ///< terms, or -1
  const op_def* exponential = nullptr;
  int level = 0; ///< of the walk that accumulates it
};

/// In which walk each exit is accumulated.
struct score_placement {
  static constexpr int natural = 1 << 20; ///< the floor of an exit that is not split
  static constexpr int most_parts = 16;

  score_terms& s;
  const list<int>& floor;         ///< of each term, if it is an exit: no part of it goes below; 0 beyond the end
  list<int> reached_at;           ///< of each term: its level plus one; 0 unknown yet
  list<int> first_part, parts_of; ///< of each exit that is a sum
  list<sum_part> parts;

  /// Terms that are made while a plan is found need no more than this.
  static constexpr int room = 64;
  constexpr score_placement(score_terms& terms, const list<bool>& used, const list<int>& floors)
      : s(terms), floor(floors), reached_at(terms.all.size_ + room), first_part(used.size_), parts_of(used.size_) {
    parts.reserve(4);
    for (int i = 0; i < used.size_; i++)
      if (used.at[i]) level_of(i);
  }

  /// How many walks must be complete before a term is known.
  constexpr int level_of(int i) {
    if (i < reached_at.size_ && reached_at.at[i]) return reached_at.at[i] - 1;
    int l = 0;
    for (int j = 0; j < s.all.at[i].count; j++) {
      const int of = level_of(s.arg(i, j));
      l = of > l ? of : l;
    }
    if (s.all.at[i].exit) l = s.all.at[i].what == term::sum ? placed(i, l) : l + 1;
    if (i < reached_at.size_) reached_at.at[i] = l + 1;
    return l;
  }

  /// Splits a sum at the lowest level that it can be split at; gives the level at which it is known.
  constexpr int placed(int i, int base) {
    const axis_set over = s.all.at[i].over;
    list<sum_part> best;
    best.reserve(1);
    sum_part whole;
    whole.rest.reserve(s.all.at[i].count);
    for (int j = 0; j < s.all.at[i].count; j++) whole.rest.push_back(s.arg(i, j));
    best.push_back(whole);
    const int lowest = i < floor.size_ ? floor.at[i] : 0;
    for (int t = base - 1; t >= lowest; t--) {
      list<sum_part> found;
      found.reserve(2);
      list<multiple> x, y;
      if (!split(whole.rest, sum_part{}, x, y, over, t, found)) break;
      best = std::move(found);
    }
    int known = 0;
    const auto at_least = [&](int l) { known = l > known ? l : known; };
    first_part.at[i] = parts.size_, parts_of.at[i] = best.size_;
    for (sum_part& p : best) {
      p.level = p.x < 0 ? 0 : level_of(p.x);
      for (int f : p.rest) p.level = level_of(f) > p.level ? level_of(f) : p.level;
      at_least(p.level + 1);
      for (int f : p.pulled) at_least(level_of(f));
      if (p.y >= 0) at_least(level_of(p.y));
      parts.push_back(p);
    }
    return known;
  }

  /// The parts of the sum over C of so_far * todo, with all that stays under it at level t or below.
  constexpr bool split(list<int> todo, sum_part so_far, list<multiple> x, list<multiple> y, axis_set c, int t,
                       list<sum_part>& out) {
    while (todo.size_) {
      const int i = todo.at[--todo.size_];
      const term f = s.all.at[i];
      if (level_of(i) <= t) so_far.rest.push_back(i);
      else if (!(f.ax & c)) so_far.pulled.push_back(i);
      else if (f.what == term::product)
        for (int j = 0; j < f.count; j++) todo.push_back(s.arg(i, j));
      else if (f.what == term::exponential) {
        if (!f.op->shift || (so_far.exponential && so_far.exponential != f.op)) return false;
        so_far.exponential = f.op;
        const int e = s.arg(i, 0);
        const term z = s.all.at[e];
        const bool combined = z.what == term::linear;
        for (int j = 0; j < (combined ? z.count : 1); j++) {
          const multiple m = combined ? s.in.at[z.first + j] : multiple{1, e};
          if (level_of(m.of) <= t) score_terms::insert(x, m);
          else if (!(s.all.at[m.of].ax & c)) score_terms::insert(y, m);
          else return false;
        }
      } else if (f.what == term::linear) {
        for (int other : todo)
          if (s.cancels(other, i, c)) return false;
        list<multiple> low, alone; // all that is known by t as one term
        for (int j = 0; j < f.count; j++) {
          const multiple m = s.in.at[f.first + j];
          (level_of(m.of) <= t ? low : alone).push_back(m);
        }
        if (low.size_) alone.push_back({1, s.linear(low)});
        for (const multiple& m : alone) {
          list<int> rest = todo;
          rest.push_back(m.of);
          sum_part next = so_far;
          next.factor *= m.factor;
          if (!split(std::move(rest), std::move(next), x, y, c, t, out)) return false;
        }
        return out.size_ <= most_parts;
      } else return false;
    }
    bool along = false; // does x have an axis of C?
    for (const multiple& m : x) along = along || (s.all.at[m.of].ax & c);
    if (!along) {
      for (const multiple& m : x) score_terms::insert(y, m);
      x.clear();
    }
    const int z = x.size_ ? s.linear(x) : -1;
    if (y.size_) so_far.x = z, so_far.y = s.linear(y);
    else if (z >= 0) so_far.rest.push_back(s.unary(term::exponential, z, so_far.exponential));
    axis_set under = so_far.x < 0 ? 0 : s.all.at[so_far.x].ax;
    for (int i : so_far.rest) under |= s.all.at[i].ax;
    if (c & ~under) return false;
    for (int k = 1; k < so_far.rest.size_; k++) // in order: equal accumulators are one
      for (int j = k; j > 0 && so_far.rest.at[j - 1] > so_far.rest.at[j]; j--)
        std::swap(so_far.rest.at[j - 1], so_far.rest.at[j]);
    out.push_back(std::move(so_far));
    return true;
  }
};
} // namespace weft::ir
