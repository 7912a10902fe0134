// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/score_terms.hpp>

/// Before: a component in terms, and its roots. After: the same values written otherwise, as further terms: a planner
/// chooses.
namespace weft::ir {

/// A term, and one of the same value.
struct score_rewrite {
  int from, to;
};

struct score_rewriter {
  score_terms& s;

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
    if (!s.has_pair(have) || s.has_pair(x.ax) || cancels(x, e, k)) return -1;
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
  /// Whether factor k of term e should not be taken apart for another factor's sake.
  constexpr bool cancels(const term& x, int e, int k) const {
    bool any = false;
    for (int q = 0; q < x.count; q++) any = any || (q != k && s.cancels(s.arg(e, q), s.arg(e, k), x.over));
    return any;
  }
  /// An exit of a combination as the combination of exits, or -1.
  constexpr int distributed(int e, int k) {
    const term x = s.all.at[e];
    const term f = s.all.at[s.arg(e, k)];
    if (!x.exit || f.what != term::linear || f.count < 2 || !f.tile) return -1;
    if (cancels(x, e, k)) return -1;
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

  constexpr list<score_rewrite> candidates(const list<int>& roots) {
    list<score_rewrite> found;
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
};
} // namespace weft::ir
