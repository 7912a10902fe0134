// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/emit.hpp>
#include <weft/passes/score_terms.hpp>

/// Before: the factors of a product are nodes. After: so is the product, or its sum over some axes.
namespace weft::ir {

struct score_products {
  builder& b;
  score_terms& s;
  place where_;

  /// A factor on its way into a product or a sum.
  struct piece {
    enum way : std::uint8_t { factor, mask, complement, divisor };
    int id = -1;
    axis_set ax = 0;
    way what = factor;
  };
  constexpr at here(const expr& e) const { return at(e, where_); }
  constexpr at here(int id) const { return at(expr{&b, id}, where_); }

  /// Small factors first: those of no side of the pair, of one, of the other, then tiles. Divisors divide what they are
  /// with, factors and divisors in turn, as products of several may be too large or small; selections come last.
  constexpr int side(axis_set a) const {
    const axis_set lower = s.pair & -s.pair;
    return s.has_pair(a) ? 3 : (a & s.pair) == 0 ? 0 : (a & lower) ? 1 : 2;
  }
  constexpr piece product(const list<piece>& of) {
    expr all;
    axis_set ax = 0;
    for (const piece& x : of) ax |= x.ax;
    for (int k = 0; k < 4; k++) {
      expr top;
      const auto next = [&](int i, piece::way what) {
        while (i < of.size_ && (of.at[i].what != what || side(of.at[i].ax) != k)) i++;
        return i;
      };
      int factor = next(0, piece::factor), divisor = next(0, piece::divisor);
      while (factor < of.size_ || divisor < of.size_) {
        if (factor < of.size_) top = top.attached() ? here(top) * here(of.at[factor].id) : expr{&b, of.at[factor].id};
        if (divisor < of.size_) top = (top.attached() ? here(top) : here(expr(1.0))) / here(of.at[divisor].id);
        factor = next(factor + 1, piece::factor), divisor = next(divisor + 1, piece::divisor);
      }
      if (top.attached()) all = all.attached() ? (k == 3 ? here(top) * here(all) : here(all) * here(top)) : top;
    }
    for (const piece& x : of) {
      const expr rest = all.attached() ? all : expr(1.0);
      if (x.what == piece::mask) all = where(here(x.id), here(rest), 0.0);
      if (x.what == piece::complement) all = where(here(x.id), 0.0, here(rest));
    }
    if (!all.attached()) all = attach(b, expr(1.0), where_);
    return {with_axes(all, ax).id, ax};
  }
  /// A value repeated along those of the axes that it lacks.
  constexpr expr with_axes(const expr& e, axis_set ax) const {
    const axes wanted = s.names->list_of(ax);
    return e.ax().contains(wanted) ? e : arrange(e, wanted, where_);
  }
  /// The factor into which factor i of a sum is multiplied: the smallest that has all its axes and is itself held by
  /// none, a tile if there is one; -1 if there is none.
  constexpr int holder(const list<piece>& of, int i) const {
    const auto fits = [&](int k, int j) {
      const axis_set a = of.at[k].ax, z = of.at[j].ax;
      return k != j && !(a & ~z) && (a != z || j < k);
    };
    int best = -1;
    for (int j = 0; j < of.size_; j++) {
      if (!fits(i, j)) continue;
      bool outermost = true;
      for (int k = 0; k < of.size_; k++) outermost = outermost && !fits(j, k);
      if (!outermost) continue;
      const bool mine = s.has_pair(of.at[j].ax), other = best >= 0 && s.has_pair(of.at[best].ax);
      if (best < 0 || mine > other || (mine == other && s.elements(of.at[j].ax) < s.elements(of.at[best].ax))) best = j;
    }
    return best;
  }
  constexpr expr summed(const piece& x, axis_set over) {
    return over ? sum(here(x.id), s.names->list_of(over)) : expr{&b, x.id};
  }
  /// The sum over `over` of a product: as one contraction of two factors where there are two.
  constexpr expr sum_of(list<piece> of, axis_set over) {
    list<piece> left;
    for (int i = 0; i < of.size_; i++) { // those whose axes no other has all of, with what fits into them
      if (holder(of, i) >= 0) continue;
      list<piece> held;
      for (int j = 0; j < of.size_; j++)
        if (j == i || holder(of, j) == i) held.push_back(of.at[j]);
      left.push_back(product(held));
    }
    while (left.size_ > 2) { // the two that make the smallest product; the sides of a pair last
      int a = -1, z = -1;
      double best = 0;
      for (int i = 0; i < left.size_; i++)
        for (int j = 0; j < i; j++) {
          const axis_set both = left.at[i].ax | left.at[j].ax;
          const double size = s.elements(both) * (s.has_pair(both) ? 1e30 : 1);
          if (a < 0 || size < best) best = size, a = j, z = i;
        }
      list<piece> two;
      two.push_back(left.at[a]), two.push_back(left.at[z]);
      left.at[a] = product(two);
      left.at[z] = left.at[left.size_ - 1];
      left.pop_back();
    }
    if (left.size_ == 1) return summed(left.at[0], over);
    piece &x = left.at[0], &y = left.at[1];
    axis_set after = 0; // axes of a batch that only a tile has are summed when the tile is gone
    for (piece* q : {&x, &y}) {
      const axis_set alone = over & q->ax & ~(q == &x ? y.ax : x.ax);
      const axis_set first = s.has_pair(q->ax) ? alone & s.pair : alone;
      q->id = summed(*q, first).id, q->ax &= ~first, after |= alone & ~first;
    }
    const axis_set shared = over & x.ax & y.ax;
    const bool turn = s.has_pair(y.ax) || (side(y.ax) == 1 && side(x.ax) == 2);
    const expr product = contract(here(turn ? y.id : x.id), here(turn ? x.id : y.id), s.names->list_of(shared));
    return summed({product.id}, after);
  }
};
} // namespace weft::ir
