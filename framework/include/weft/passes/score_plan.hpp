// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/score_terms.hpp>

/// In how many walks a component's exits are accumulated, and the rewrites that make them fewer or cheaper.
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

/// Where every exit of a component's terms is accumulated, and what that costs.
struct score_plan {
  static constexpr int natural = 1 << 20; ///< the floor of an exit that is not split
  static constexpr int most_parts = 16;
  /// Each walk costs a little besides its work.
  static constexpr double walk_cost = 0.02;

  score_terms& s;
  const list<int>& roots;
  const list<int>& floor;         ///< of each term, if it is an exit: no part of it goes below; 0 beyond the end
  list<int> reached_at;           ///< of each term: its level plus one; 0 unknown yet
  list<int> first_part, parts_of; ///< of each exit that is a sum
  list<sum_part> parts;
  double cost = 0;
  std::uint64_t walks = 0; ///< a bit for each level that has an accumulator

  /// Terms that are made while a plan is found need no more than this.
  static constexpr int room = 64;
  constexpr score_plan(score_terms& terms, const list<int>& what, const list<bool>& used, const list<int>& floors)
      : s(terms), roots(what), floor(floors), reached_at(terms.all.size_ + room), first_part(used.size_),
        parts_of(used.size_) {
    parts.reserve(4);
    for (int i = 0; i < used.size_; i++)
      if (used.at[i]) level_of(i);
    count();
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

/// The best plan that is found for a component: exits placed, rewrites tried one by one and kept where they lower the
/// cost.
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
    floors = list<int>(used.size_);
    for (int i = used.size_; i-- > 0;) {
      if (!used.at[i]) continue;
      const bool inside = read.at[i] || s.all.at[i].exit;
      if (s.all.at[i].exit && !read.at[i]) floors.at[i] = score_plan::natural;
      if (inside)
        for (int j = 0; j < s.all.at[i].count; j++) read.at[s.arg(i, j)] = true;
    }
    score_plan first(s, of, used, floors);
    double best = first.cost;
    list<int> level = std::move(first.reached_at); // plus one
    int last = 0;
    for (int i = 0; i < floors.size_; i++)
      if (used.at[i] && s.all.at[i].exit && level.at[i] > last) last = level.at[i];
    for (int l = last; l > 2; l--) {
      list<int> lower = floors;
      bool any = false;
      for (int i = 0; i < floors.size_; i++)
        if (lower.at[i] && level.at[i] == l) lower.at[i] = 0, any = true;
      if (!any) continue;
      score_plan p(s, of, used, lower);
      if (p.cost < best) best = p.cost, floors = std::move(lower), level = std::move(p.reached_at);
    }
    return best;
  }

  /// A sum of a product with tiles that are themselves sums, or of a combination with such terms, written otherwise:
  ///   sum_C(A * sum_X(R * G)) = sum_X(R * sum_C(A * G)),  R the factors without an axis of C.
  /// Gives -1 if factor k of term e is not of that kind.
  constexpr int exchanged(int e, int k) {
    const term x = s.all.at[e];
    score_terms::factors other;
    axis_set have = 0;
    for (int j = 0; j < x.count; j++) {
      have |= s.all.at[s.arg(e, j)].ax;
      if (j != k) s.multiply(other, s.arg(e, j));
    }
    if (!s.has_pair(have) || s.has_pair(x.ax)) return -1;
    const int f = s.arg(e, k);
    const term combination = s.all.at[f];
    const bool several = combination.what == term::linear;
    list<multiple> result;
    bool any = false;
    for (int j = 0; j < (several ? combination.count : 1); j++) {
      const multiple m = several ? s.in.at[combination.first + j] : multiple{1, f};
      score_terms::factors of;
      s.multiply(of, m.of);
      int inner = -1;
      for (int q = 0; q < of.of.size_ && inner < 0; q++)
        if (exchanges(other.of, of.of, q, x.over)) inner = q;
      score_terms::factors rest = other;
      rest.number *= of.number;
      for (int q = 0; q < of.of.size_; q++)
        if (q != inner) s.multiply(rest, of.of.at[q]);
      if (inner < 0) {
        result.push_back({m.factor, s.sum(rest, x.over)});
        continue;
      }
      any = true;
      const int g = of.of.at[inner];
      const axis_set inner_axes = s.all.at[g].over;
      score_terms::factors apart;
      for (int q = 0; q < s.all.at[g].count; q++)
        s.multiply(s.all.at[s.arg(g, q)].ax & x.over ? rest : apart, s.arg(g, q));
      s.multiply(apart, s.sum(rest, x.over));
      result.push_back({m.factor, s.sum(apart, inner_axes)});
    }
    return any ? s.linear(result) : -1;
  }
  constexpr bool exchanges(const list<int>& other, const list<int>& of, int q, axis_set c) const {
    const term& g = s.all.at[of.at[q]];
    if (g.what != term::sum || !g.tile) return false;
    axis_set rest = s.axes_of(other);
    for (int j = 0; j < of.size_; j++)
      if (j != q) rest |= s.all.at[of.at[j]].ax;
    if (g.over & rest) return false;
    bool apart = false;
    for (int j = 0; j < g.count; j++) {
      const axis_set a = s.all.at[s.arg(of.at[q], j)].ax;
      if (s.has_pair(a)) return false;
      apart = apart || !(a & c);
    }
    return apart;
  }
  /// An exit of a combination as the combination of exits, or -1.
  constexpr int distributed(int e, int k) {
    const term x = s.all.at[e];
    const term f = s.all.at[s.arg(e, k)];
    if (!x.exit || f.what != term::linear || f.count < 2 || !f.tile) return -1;
    if (x.what != term::sum && !(x.op && x.op->is(trait::scattering) && k == 0)) return -1;
    list<multiple> result;
    for (int j = 0; j < f.count; j++) {
      const multiple m = s.in.at[f.first + j];
      if (x.what == term::sum) {
        score_terms::factors of;
        for (int q = 0; q < x.count; q++) s.multiply(of, q == k ? m.of : s.arg(e, q));
        result.push_back({m.factor, s.sum(of, x.over)});
      } else {
        if (s.all.at[m.of].ax != f.ax) return -1;
        const multiple args[2]{{1, m.of}, {1, s.arg(e, 1)}};
        result.push_back({m.factor, s.put(x, args, 2)});
      }
    }
    return s.linear(result);
  }

  struct rewrite {
    int from, to;
  };
  constexpr list<rewrite> candidates() {
    list<rewrite> found;
    const list<bool> used = s.reached(roots);
    for (int way = 0; way < 2; way++)
      for (int e = 0; e < used.size_; e++) {
        if (!used.at[e] || !s.all.at[e].over) continue;
        if (way == 0 && s.all.at[e].what != term::sum) continue;
        for (int k = 0; k < s.all.at[e].count; k++) {
          s.uncovered = false;
          if (const int other = way ? distributed(e, k) : exchanged(e, k); other >= 0 && other != e && !s.uncovered)
            found.push_back({e, other});
        }
      }
    return found;
  }

  constexpr void run() {
    given = s.all.size_, given_roots = roots;
    double best = place(roots, floor);
    list<rewrite> tried;
    for (bool changed = true; changed;) {
      changed = false;
      for (const rewrite& c : candidates()) {
        bool again = false;
        for (const rewrite& t : tried) again = again || (t.from == c.from && t.to == c.to);
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
