// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <random_programs/random_program.hpp>

/// Small random programs over the listing: any op on any values that fit, kept of moderate size so that comparisons
/// mean something. Whatever has a row of samples occurs, on operands that are made to fit the row; the ops that most
/// programs consist of are combined more freely besides.
namespace support {

/// The state of a program being made.
struct composer {
  const random_program& p;
  dice roll;
  std::vector<expr> reals, integers, booleans;

  bool small(const axes& a, const axes& b = {}) const {
    axes all = a;
    for (axis_ref x : b)
      if (!all.has(x)) {
        if (all.n >= max_rank - 2) return false;
        all.add(x);
      }
    return p.elements(all) < 3 * p.limit;
  }
  expr any_real() { return roll.one_in(3) ? reals.back() : roll.of(reals); }
  /// Another that can be combined with x; nothing if none is found.
  expr partner(const expr& x, const std::vector<expr>& of) {
    for (int k = 0; k < 5; k++)
      if (const expr y = roll.of(of); small(x.ax(), y.ax())) return y;
    return {};
  }
  axes some_of(const axes& ax, bool none = false) {
    axes r;
    for (axis_ref x : ax)
      if (roll.one_in(2)) r.add(x);
    if (r.n == 0 && ax.n && !none) r.add(ax[roll.below(ax.n)]);
    return r;
  }
  axes shuffled(axes ax) {
    for (int k = ax.n; k-- > 1;) std::swap(ax.a[k], ax.a[roll.below(k + 1)]);
    return ax;
  }

  expr pointwise(const expr& x) {
    switch (roll.below(14)) {
    case 0: return -x;
    case 1: return abs(x + 0.0137);
    case 2: return exp(tanh(x));
    case 3: return log(1.5 + x * at(x));
    case 4: return tanh(x);
    case 5: return erf(x);
    case 6: return sqrt(1 + x * at(x));
    case 7: return rsqrt(0.5 + x * at(x));
    case 8: return guarded(x);
    case 9: return gelu(tanh(x));
    case 10: return gelu_tanh(tanh(x));
    case 11: return x * 0.25;
    case 12: return 2 - x;
    default: return x / 2;
    }
  }
  expr combined(const expr& x) {
    const expr y = partner(x, reals);
    if (y.empty()) return x;
    switch (roll.below(8)) {
    case 0: return x + at(y);
    case 1: return x - at(y);
    case 2: return tanh(x) * at(y);
    case 3: return x / at(2 + at(tanh(y)));
    case 4: return max(x, at(y + 0.0171));
    case 5: return min(x, at(y - 0.0193));
    case 6: return where(x > at(y + 0.0113), y, x);
    default: return x * at(tanh(y)) + y;
    }
  }
  expr reduced(const expr& x) {
    if (x.ax().n == 0) return tanh(x);
    const axes over = some_of(x.ax());
    const axis_ref along = over[0];
    const scan how{roll.one_in(2), roll.one_in(2)};
    switch (roll.below(16)) {
    case 0: return tanh(sum(x, over));
    case 1: return sum(x, over) * 0.125;
    case 2: return max(x, over);
    case 3: return logsumexp(tanh(x), over);
    case 4: return mean(x, over);
    case 5: return softmax(x, over);
    case 6: return log_softmax(tanh(x), over);
    case 7: return var(tanh(x), over);
    case 8: return min(x, over);
    case 9: return prod(tanh(x), over);
    case 10: return cumsum(x, along, how) * 0.125;
    case 11: return cumprod(tanh(x), along, how);
    case 12: return logcumsumexp(tanh(x), along, {.reverse = how.reverse});
    case 13: return linear_recurrence(tanh(x), x, along, how);
    case 14: return x * at(argmax(x, along) * 0.01);
    default: {
      const axis_ref k = over[0];
      const expr gain = 1 + at(tanh(sum(x, x.ax().without(k))));
      return layer_norm(
          tanh(x), k, gain, 0.5,
          0.25); // a row may be constant: with a small epsilon its derivatives are rounding errors, enlarged
    }
    }
  }
  expr product(const expr& x) {
    const expr y = partner(x, reals);
    if (y.empty()) return x;
    axes shared;
    for (axis_ref k : x.ax())
      if (y.ax().has(k)) shared.add(k);
    const expr z = contract(tanh(x), y, some_of(shared, true));
    return roll.one_in(2) ? z * 0.5 : roll.one_in(2) ? tanh(z) : z * at(rsqrt(extent(random_axes::a) + 1));
  }
  /// The same elements elsewhere: renamed, cut, padded, joined, selected, reordered.
  expr moved(const expr& x, const std::vector<expr>& ids) {
    const axes ax = x.ax();
    if (ax.n == 0)
      return small(ax, {random_axes::b, random_axes::c}) ? broadcast(x, {random_axes::b, random_axes::c}) : x;
    const axis_ref k = ax[roll.below(ax.n)];
    using namespace random_axes;
    const auto lacks = [&](axis_ref y) { return !ax.has(y); };
    switch (roll.below(14)) {
    case 0:
      for (int j = 0; j < 6; j++)
        if (same(k, pool[j])) return lacks(twins[j]) ? rename(x, k, twins[j]) : exchange(x, k, twins[j]);
        else if (same(k, twins[j]) && lacks(pool[j])) return rename(x, k, pool[j]);
      return x;
    case 1: return permute(x, shuffled(ax));
    case 2:
      return ax.has(d) && lacks(c)   ? slice(x, d, roll.below(6), c)
             : ax.has(d) && lacks(e) ? slice(x, d, roll.below(4), e)
                                     : x;
    case 3: return ax.has(c) && lacks(d) ? pad(x, c, roll.below(6), d) : x;
    case 4:
      return ax.has(c) && lacks(e) && lacks(d) ? concat(d, along(x, c), along(slice(pad(x, c, 2, d), d, 0, e), e)) : x;
    case 5: {
      const expr& i = ids[0];
      return k->extent != unbound && k->extent > 1 && !i.ax().has(k) && small(ax, i.ax()) ? gather(x, i, k) : x;
    }
    case 6: {
      const expr& i = ids[0];
      const axis_ref to = pool[2 + roll.below(3)];
      if (!lacks(to) || i.ax().has(to) || !small(ax, i.ax())) return x;
      expr y = x;
      for (axis_ref j : i.ax())
        if (!ax.has(j)) y = y + at(i * 0.01); // now it has the ids' axes
      return scatter_add(y, i, to, some_of(i.ax(), true)) * 0.25;
    }
    case 7: return stop_gradient(x);
    case 8: return roll.one_in(2) ? weft::roll(x, k, roll.below(9) - 4) : shift(x, k, roll.below(9) - 4, 0.5);
    case 9: return flip(x, k);
    case 10: return sort(x, k, roll.one_in(2) ? order::ascending : order::descending).values;
    case 11: return ax.has(d) && lacks(two) && lacks(four) ? merge(tanh(split(x, d, {two, four})), {four, two}, d) : x;
    case 12:
      for (int j = 0; j < 6; j++)
        if (same(k, pool[j]) && lacks(twins[j]) && small(ax, axes(twins[j])))
          return diagonal(x + at(tanh(rename(x, k, twins[j]))), k, twins[j]);
      return x;
    default:
      return lacks(b) && small(ax, axes(b)) ? broadcast(x, shuffled([&] {
                                                          axes r = ax;
                                                          r.add(b);
                                                          return r;
                                                        }()))
                                            : x;
    }
  }
  expr chosen(const expr& x) {
    const expr c = partner(x, booleans);
    if (c.empty()) return x;
    switch (roll.below(4)) {
    case 0: return x.ax().n ? softmax(where(c, x, -infinity), some_of(x.ax())) : x; // rows may be masked whole
    case 1: {
      if (x.ax().n == 0) return x;
      const expr y = logsumexp(where(c, tanh(x), -infinity), some_of(x.ax()));
      return where(y < -100, 0.5, y);
    }
    case 2: return where(c, x, 0.0);
    default: return where(!c, x, tanh(x));
    }
  }
  expr noise(const expr& x, const std::vector<expr>& ids) {
    if (ids[0].ax().n) return dropout(x, 0.5, max(ids[0], ids[0].ax()));
    return dropout(x, 0.25, ids[0]);
  }
  /// v with the axes `to`: what it has besides is summed, what it lacks repeated.
  expr fitted(expr v, const axes& to) {
    const axes extra = v.ax().without(to);
    if (extra.n && v.kind() == boolean) v = where(v, 1, 0);
    if (extra.n) v = v.kind() == real ? sum(tanh(v), extra) * 0.125 : max(v, extra);
    return v.ax().n < to.n || !(v.ax() == to) ? broadcast(v, to) : v;
  }
  /// A value in an operand's domain, a little beside what may be a tie.
  expr within(const domain& d, const axes& ax, const expr& x) {
    if (d.k == boolean) {
      const expr c = roll.of(booleans);
      return ax.contains(c.ax()) ? fitted(c, ax) : fitted(x, ax) > 0.0237;
    }
    if (d.k == integer) {
      const expr v = fitted(roll.of(integers), ax); // may be of one place where there are none: clamped all the same
      return min(max(v, static_cast<int>(d.lo)), static_cast<int>(d.hi) - 1);
    }
    const double centre = (d.lo + d.hi) / 2, half = 0.98 * (d.hi - d.lo) / 2;
    return centre + half * at(tanh(fitted(x, ax))) + 0.0037 * (1 + roll.below(5)) * half;
  }
  /// An op of the listing, by a row of its samples, perhaps with an axis that it is not about.
  expr listed(const expr& x) {
    static const std::vector<row> all = rows();
    const row& r = roll.of(all);
    axes carried;
    if (x.ax().n && roll.one_in(2)) carried.add(x.ax()[roll.below(x.ax().n)]);
    axes every;
    std::vector<axes> shapes;
    const auto shape_operands = [&] {
      every = {}, shapes.clear();
      for (const domain& d : r.in) {
        axes ax = d.ax;
        if (d.k == real && carried.n && !ax.has(carried[0])) ax.add(carried[0]);
        for (axis_ref one : ax)
          if (!every.has(one) && every.n < max_rank) every.add(one);
        shapes.push_back(ax);
      }
    };
    const auto attempt = [&] { // where an error harms nothing
      shape_operands();
      ir::builder scratch{64};
      std::vector<expr> in;
      for (std::size_t k = 0; k < r.in.size(); k++) in.push_back(ir::input(scratch, shapes[k], r.in[k].k, "x"));
      const expr y = ir::attach(scratch, r.f(in));
      return scratch.error.empty() && y.ax().n <= 5 && small(every) && small(y.ax());
    };
    if (!attempt()) {
      carried = {};
      if (!attempt()) return x;
    }
    std::vector<expr> in;
    for (std::size_t k = 0; k < r.in.size(); k++) in.push_back(within(r.in[k], shapes[k], k == 0 ? x : any_real()));
    const expr y = r.f(in);
    const bool fits = small(x.ax(), y.ax());
    if (y.kind() == integer) {
      integers.push_back(min(max(y, -40), 40));
      return fits ? x * 0.5 + at(integers.back() * 0.01) : x;
    }
    if (y.kind() == boolean) return booleans.push_back(y), fits ? where(y, x, 0.25) : x;
    return roll.one_in(2) ? y * 0.25 : tanh(y);
  }
  void more_integers() {
    const expr i = roll.of(integers);
    const axis_ref k = random_axes::pool[roll.below(std::size(random_axes::pool))];
    expr r = i;
    switch (roll.below(7)) {
    case 0: r = small(i.ax(), axes(k)) ? i + at(index(k)) : i; break;
    case 1: r = min(max(i * at(i), -40), 40); break;
    case 2: r = i - at(extent(k)); break;
    case 3: r = i.ax().n ? max(i, i.ax()[roll.below(i.ax().n)]) : -i; break;
    case 4: r = i.ax().n ? min(sum(i, i.ax()[roll.below(i.ax().n)]), 99) : abs(i); break;
    case 5:
      if (const expr c = partner(i, booleans); !c.empty()) r = where(c, i, 7);
      break;
    default:
      if (const expr c = roll.of(booleans); small(i.ax(), c.ax())) r = i + at(c);
    }
    integers.push_back(max(r, -99));
  }
  void more_booleans() {
    const expr i = roll.of(integers), c = roll.of(booleans);
    const axis_ref k = random_axes::pool[roll.below(std::size(random_axes::pool))];
    expr r = c;
    switch (roll.below(6)) {
    case 0:
      if (small(i.ax(), axes(k))) r = i <= at(index(k));
      break;
    case 1:
      if (small(i.ax(), c.ax())) r = c && i > 1;
      break;
    case 2:
      if (small(i.ax(), c.ax())) r = c || i == 2;
      break;
    case 3: r = !c; break;
    case 4:
      if (const expr x = any_real(); small(x.ax())) r = x < 0.2137;
      break;
    default:
      if (const expr j = partner(i, integers); !j.empty()) r = i != at(j);
    }
    booleans.push_back(r);
  }
};

inline std::vector<expr> random_program::operator()(const std::vector<expr>& x, const std::vector<expr>& ids,
                                                    const std::vector<expr>& masks) const {
  composer c{*this, {seed, 1000}, x, ids, masks};
  const int steps = 4 + c.roll.below(16);
  for (int k = 0; k < steps; k++) {
    const expr v = c.any_real();
    expr y = v;
    switch (c.roll.below(16)) {
    case 12:
    case 13:
    case 14:
    case 15: y = c.listed(v); break;
    case 0:
    case 1: y = c.pointwise(v); break;
    case 2:
    case 3: y = c.combined(v); break;
    case 4:
    case 5: y = c.reduced(v); break;
    case 6:
    case 7: y = c.product(v); break;
    case 8:
    case 9: y = c.moved(v, ids); break;
    case 10: y = c.roll.one_in(4) ? c.noise(v, ids) : c.chosen(v); break;
    default:
      c.more_integers(), c.more_booleans();
      if (const expr i = c.partner(v, c.integers); !i.empty()) y = v * 0.5 + at(i * 0.01);
    }
    c.reals.push_back(y);
  }
  std::vector<expr> out{c.reals.back()};
  for (int k = c.roll.below(3); k-- > 0;) out.push_back(c.roll.of(c.reals));
  return out;
}
} // namespace support
