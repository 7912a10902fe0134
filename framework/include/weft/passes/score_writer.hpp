// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/rewrite.hpp>
#include <weft/passes/score_component.hpp>
#include <weft/passes/score_products.hpp>

/// Before: a component is planned, and what its terms read from outside is written. After: so are the terms that a root
/// needs.
namespace weft::ir {

struct score_writer : score_products {
  rewriter& r;
  score_planner& p;
  score_component& c;

  constexpr piece piece_of(int t) {
    const term x = s.all.at[t]; // writing adds terms
    const axis_set ax = x.ax;
    if (x.what == term::inverse) return {write(s.arg(t, 0)).id, ax, piece::divisor};
    if (x.what == term::complement) return {write(s.arg(t, 0)).id, ax, piece::complement};
    const expr value = write(unrepeated(t));
    return {value.id, ax, value.kind() == boolean ? piece::mask : piece::factor};
  }
  /// What a term repeats: in sums and products its axes come with the others.
  constexpr int unrepeated(int t) const { return s.all.at[t].what == term::repeated ? s.arg(t, 0) : t; }
  /// A combination of what its terms repeat; any other term is itself.
  constexpr int unrepeated_terms(int t) {
    if (s.all.at[t].what != term::linear) return t;
    list<multiple> of;
    for (int j = 0; j < s.all.at[t].count; j++) {
      const multiple m = s.in.at[s.all.at[t].first + j];
      of.push_back({m.factor, unrepeated(m.of)});
    }
    return s.linear(of);
  }
  constexpr list<piece> pieces_of(const list<int>& of) {
    list<piece> r;
    for (int t : of) r.push_back(piece_of(t));
    return r;
  }

  /// f and the terms' masks times a combination without them.
  constexpr expr factored(const term& x, int f) {
    list<multiple> rest;
    score_terms::factors whole;
    for (int j = 0; j < x.count; j++) {
      const multiple m = s.in.at[x.first + j];
      score_terms::factors of;
      bool left_out = false;
      for (int k = 0; k < s.all.at[m.of].count; k++) {
        const int a = s.arg(m.of, k);
        if (a == f && !left_out) left_out = true;
        else s.multiply(s.all.at[a].mask ? whole : of, a);
      }
      rest.push_back({m.factor, s.product(of)});
    }
    s.multiply(whole, f), s.multiply(whole, s.linear(rest));
    return write(s.product(whole));
  }
  /// Which term of a combination is a maximum or minimum of others of it, times the opposite number, and in `rest` what
  /// is left besides; else -1.
  constexpr int own_extremum(const term& x, list<multiple>& rest) const {
    for (int k = 0; k < x.count && x.count > 2; k++) {
      const multiple m = s.in.at[x.first + k];
      const int of = unrepeated(m.of);
      const term& e = s.all.at[of];
      if (e.what != term::apply || e.op->how != form::reduce || (e.op->neutral < infinity && e.op->neutral > -infinity))
        continue;
      const term& all = s.all.at[s.arg(of, 0)];
      if (all.what != term::linear) continue;
      rest.size_ = 0;
      int next = 0; // of what it is taken of, in the same order
      for (int j = 0; j < x.count; j++) {
        const multiple mine = s.in.at[x.first + j];
        const multiple its = next < all.count ? s.in.at[all.first + next] : multiple{0, -1};
        if (mine.of == its.of && mine.factor == -m.factor * its.factor) next++;
        else if (j != k) rest.push_back(mine);
      }
      if (next == all.count) return k;
    }
    return -1;
  }
  /// A linear combination: terms of one side together, then tiles. But what a maximum of it is subtracted from is
  /// summed as the maximum's own operand is, so that the difference is 0 where they are equal, and of one sign.
  constexpr expr combination(const term& x) {
    if (x.count == 0) return attach(b, expr(0.0), where_);
    list<multiple> rest;
    if (const int k = own_extremum(x, rest); k >= 0) {
      const multiple m = s.in.at[x.first + k];
      const int of = unrepeated(m.of);
      const expr all = write(s.arg(of, 0)), extremum = write(of);
      expr y = m.factor < 0 ? here(all) - here(extremum) : here(extremum) - here(all);
      if (m.factor != 1 && m.factor != -1) y = here(y) * here(expr(m.factor < 0 ? -m.factor : m.factor));
      if (rest.size_) y = here(y) + here(write(s.linear(rest)));
      return with_axes(y, x.ax);
    }
    if (const int f = x.count > 1 ? s.common_factor(x) : -1; f >= 0) return factored(x, f);
    if (x.count == 1 && s.all.at[s.in.at[x.first].of].what == term::one)
      return attach(b, expr(s.in.at[x.first].factor), where_);
    expr all;
    bool minus = false; // of what `all` holds
    for (int k = 3; k >= 0; k--) {
      expr mine;
      bool mine_minus = false;
      const double common = common_size(x, k);
      for (int sign = 0; sign < 2; sign++)
        for (int j = 0; j < x.count; j++) {
          const multiple m = s.in.at[x.first + j];
          const term& y = s.all.at[m.of];
          if ((m.factor < 0) != (sign == 1) || side(y.ax) != k) continue;
          const double size = (m.factor < 0 ? -m.factor : m.factor) / common;
          expr v = y.what == term::one ? attach(b, expr(size), where_) : write(unrepeated(m.of));
          if (size != 1 && s.all.at[m.of].what != term::one) v = here(v) * here(expr(size));
          if (!mine.attached()) mine = v, mine_minus = sign == 1;
          else mine = (sign == 1) == mine_minus ? here(mine) + here(v) : here(mine) - here(v);
        }
      if (!mine.attached()) continue;
      if (common != 1) mine = here(mine) * here(expr(common));
      if (!all.attached()) all = mine, minus = mine_minus;
      else if (minus == mine_minus) all = here(all) + here(mine);
      else if (minus) all = here(mine) - here(all), minus = false;
      else all = here(all) - here(mine);
    }
    return with_axes(minus ? -here(all) : all, x.ax);
  }
  /// The size of the factors of one side's terms if it is the same for all, else 1.
  constexpr double common_size(const term& x, int k) const {
    double common = 0;
    for (int j = 0; j < x.count; j++) {
      const multiple m = s.in.at[x.first + j];
      if (side(s.all.at[m.of].ax) != k) continue;
      const double size = m.factor < 0 ? -m.factor : m.factor;
      if (common == 0) common = size;
      if (size != common || s.all.at[m.of].what == term::one) return 1;
    }
    return common == 0 ? 1 : common;
  }

  /// What `exponential` is of an operand that was lowered by its shift.
  constexpr expr of_lowered(const op_def* exponential, const expr& x) {
    return emit(exponential->of_lowered ? exponential->of_lowered : exponential, &x, 1, {}, where_);
  }
  /// Whether what a log-sum-exp of x sums are the exponentials of `lowered`, in either form.
  constexpr bool is_sum_of(const op_def* lse, const expr& x, axis_set over, const op_def* exponential,
                           const expr& lowered) {
    const int summed = lse->exponentials(x, s.names->list_of(over)).id;
    return summed == of_lowered(exponential, lowered).id || summed == emit(exponential, &lowered, 1, {}, where_).id;
  }
  /// Of which log-sum-exp a term is the guarded one, else -1.
  constexpr int guarded_log_sum(int t) const {
    const term& guard = s.all.at[t];
    if (guard.what != term::apply || !guard.op->is(trait::guard)) return -1;
    const term& lse = s.all.at[s.arg(t, 0)];
    const bool is = lse.what == term::apply && lse.op->is(trait::log_sum_exp) && lse.op->exponentials;
    return is ? s.arg(t, 0) : -1;
  }
  /// Which term of y is -guarded(the log-sum-exp of x over C), else -1.
  constexpr int normaliser(int y, int x, axis_set over, const op_def* exponential, const expr& lowered) {
    const term z = s.all.at[y];
    if (z.what != term::linear) return -1;
    for (int j = 0; j < z.count; j++) {
      const multiple m = s.in.at[z.first + j];
      const int l = guarded_log_sum(m.of);
      if (m.factor != -1 || l < 0 || s.all.at[l].over != over) continue;
      if (unrepeated_terms(s.arg(l, 0)) == unrepeated_terms(x) &&
          is_sum_of(s.all.at[l].op, write(x), over, exponential, lowered))
        return j;
    }
    return -1;
  }
  /// How many terms a combination has; any other term is one of one.
  constexpr int summands(int t) const { return s.all.at[t].what == term::linear ? s.all.at[t].count : 1; }
  /// If a summand is a negative multiple of guarded(the log-sum-exp of x) that can be taken in two, x's shift and what
  /// is left when x is lowered by it, guarded: where all of a row is large, as -1e9 is, the log-sum-exp itself has no
  /// digits left for how many they are.
  struct log_sum {
    int x = -1;
    expr value, shift, length; ///< of x
  };
  constexpr log_sum in_two(multiple m, const op_def* exponential) {
    const int l = guarded_log_sum(m.of);
    if (!(m.factor < 0) || !exponential->shift || l < 0 || !s.all.at[l].op->lowered) return {};
    const term lse = s.all.at[l];
    const op_def* guard = s.all.at[m.of].op;
    log_sum r;
    r.x = s.in.at[lse.first].of;
    const axes over = s.names->list_of(lse.over);
    r.value = write(r.x), r.shift = exponential->shift(r.value, over);
    if (!is_sum_of(lse.op, r.value, lse.over, exponential, here(r.value) - here(r.shift))) return {};
    const expr length = lse.op->lowered(r.value, over);
    r.length = emit(guard, &length, 1, {}, where_);
    return r;
  }
  /// y, plus `shift` if there is one, with the log-sum-exps in y taken in two: what may be large meets first.
  constexpr expr with_shift(int y, const expr& shift, const op_def* exponential) {
    const term z = s.all.at[y];
    const bool several = z.what == term::linear;
    expr all = shift, lengths;
    list<multiple> rest;
    for (int j = 0; j < (several ? z.count : 1); j++) {
      const multiple m = several ? s.in.at[z.first + j] : multiple{1, y};
      const log_sum l = in_two(m, exponential);
      if (l.x < 0) {
        rest.push_back(m);
        continue;
      }
      const auto times = [&](const expr& v) { return m.factor == -1 ? v : here(v) * here(expr(-m.factor)); };
      all = all.attached() ? here(all) - here(times(l.shift)) : -here(times(l.shift));
      lengths = lengths.attached() ? here(lengths) + here(times(l.length)) : times(l.length);
    }
    if (!all.attached()) return write(y);
    if (rest.size_) all = here(write(s.linear(rest))) + here(all);
    return lengths.attached() ? here(all) - here(lengths) : all;
  }
  /// The exponential of t. x - guarded(the log-sum-exp of x) is written as the difference of both after x's shift is
  /// taken off.
  constexpr expr exponential_of(int t, const op_def* exponential) {
    const term y = s.all.at[t];
    int rest = unrepeated_terms(t);
    const term terms = s.all.at[rest];
    expr all;
    for (int j = 0; j < terms.count && terms.what == term::linear; j++) {
      const multiple m = s.in.at[terms.first + j];
      const log_sum l = in_two(m, exponential);
      if (l.x < 0) continue;
      const multiple others[]{{1, rest}, {m.factor, l.x}, {-m.factor, m.of}};
      const int left = s.linear(others, 3);
      const bool has_all_of_x = summands(left) == summands(rest) - summands(l.x) - 1;
      if (!has_all_of_x) continue;
      expr one = here(l.value) - here(l.shift);
      one = here(one) - here(l.length);
      if (m.factor != -1) one = here(one) * here(expr(-m.factor));
      all = all.attached() ? here(all) + here(one) : one;
      rest = left;
    }
    if (all.attached() && !summands(rest)) return of_lowered(exponential, with_axes(all, y.ax));
    const expr others = with_shift(rest, {}, exponential);
    all = with_axes(all.attached() ? here(all) + here(others) : others, y.ax);
    return emit(exponential, &all, 1, {}, where_);
  }
  /// Where all masks of some factors choose, or nothing.
  constexpr expr all_masks(const list<int>& factors) {
    expr all;
    for (int t : factors) {
      if (!s.all.at[t].mask) continue;
      const bool complement = s.all.at[t].what == term::complement;
      const expr m = write(complement ? s.arg(t, 0) : unrepeated(t)), one = complement ? !here(m) : m;
      all = all.attached() ? here(all) && here(one) : one;
    }
    return all;
  }
  /// What a sum of nothing is multiplied by need not be finite: 0 all the same.
  constexpr void guard_empty(list<piece>& of, axis_set over) {
    for (axis_ref a : s.names->list_of(over & s.unbound_axes)) {
      const expr n = attach(b, extent(a), where_), none = here(n) == 0;
      of.push_back({none.id, 0, piece::complement});
    }
  }
  constexpr expr part(const sum_part& q, axis_set over) {
    list<piece> rest = pieces_of(q.rest);
    list<piece> outside = pieces_of(q.pulled);
    bool may_overflow = false; // what was taken out of exponentials that are all 0
    if (q.x >= 0) {
      const axes along = s.names->list_of(over);
      axis_set ax = s.all.at[q.x].ax;
      expr x = write(q.x), shift = q.exponential->shift(x, along), lowered = here(x) - here(shift);
      const int n = normaliser(q.y, q.x, over, q.exponential, lowered);
      if (n < 0 && rest.size_) // what masks hide may be larger than all that they show
        if (const expr mask = all_masks(q.rest); mask.attached()) {
          for (int t : q.rest)
            if (s.all.at[t].mask) ax |= s.all.at[t].ax;
          x = with_axes(where(here(mask), here(x), -infinity), ax);
          shift = q.exponential->shift(x, along), lowered = here(x) - here(shift);
        }
      const expr e = of_lowered(q.exponential, lowered);
      rest.push_back({e.id, ax});
      may_overflow = n < 0 || unrepeated_terms(q.x) != q.x;
      if (n >= 0) { // exp(shift - lse) = 1 / sum of the exponentials
        const expr total = sum(here(e), along), empty = here(total) == 0.0, inverse = 1.0 / here(total);
        outside.push_back({where(here(empty), 0.0, here(inverse)).id, ax & ~over});
        list<multiple> others;
        const term z = s.all.at[q.y];
        for (int j = 0; j < z.count; j++)
          if (j != n) others.push_back(s.in.at[z.first + j]);
        if (others.size_) {
          const int y = s.linear(others);
          const expr v = write(y);
          outside.push_back({emit(q.exponential, &v, 1, {}, where_).id, s.all.at[y].ax});
          may_overflow = may_overflow || !s.is_safe_exponent(y);
        }
      } else {
        const expr power = with_shift(q.y, shift, q.exponential);
        outside.push_back({emit(q.exponential, &power, 1, {}, where_).id, s.all.at[q.y].ax | (ax & ~over)});
      }
    }
    bool finite = true;
    for (int t : q.pulled) finite = finite && s.all.at[t].finite;
    if (!finite) guard_empty(outside, over);
    expr v = sum_of(rest, over);
    if (outside.size_) {
      axis_set ax = 0;
      for (const piece& x : rest) ax |= x.ax;
      outside.push_back({v.id, ax & ~over});
      if (may_overflow) {
        const expr none = here(v) == 0.0;
        outside.push_back({none.id, ax & ~over, piece::complement});
      }
      v = {&b, product(outside).id};
    }
    return v;
  }

  constexpr expr write(int t) {
    while (c.made.size_ < s.all.size_) c.made.push_back(-1);
    if (c.made.at[t] >= 0) return {&b, c.made.at[t]};
    const expr e = written(t);
    while (c.made.size_ < s.all.size_) c.made.push_back(-1);
    c.made.at[t] = e.id;
    return e;
  }
  constexpr expr written(int t) {
    const term x = s.all.at[t];
    switch (x.what) {
    case term::outside: return r[c.slots.at[x.source]];
    case term::one: return attach(b, expr(1.0), where_);
    case term::linear: return combination(x);
    case term::exponential: return exponential_of(s.arg(t, 0), x.op);
    case term::repeated: return arrange(write(s.arg(t, 0)), s.names->list_of(x.ax), where_);
    case term::sum: return x.exit ? sum_of_parts(t) : sum_of(pieces_of(operands(t)), x.over);
    case term::apply: return applied(t);
    default: return multiplied(t);
    }
  }
  constexpr list<int> operands(int t) const {
    list<int> of;
    for (int j = 0; j < s.all.at[t].count; j++) of.push_back(s.arg(t, j));
    return of;
  }
  /// A sum that is an exit, as the plan splits it.
  constexpr expr sum_of_parts(int t) {
    const axis_set over = s.all.at[t].over;
    expr all;
    for (int k = 0; k < p.parts_of.at[t]; k++) {
      const sum_part& q = p.parts.at[p.first_part.at[t] + k];
      const expr v = part(q, over);
      if (!all.attached()) all = q.factor == 1 ? v : q.factor == -1 ? -here(v) : here(v) * here(expr(q.factor));
      else if (q.factor == 1) all = here(all) + here(v);
      else if (q.factor == -1) all = here(all) - here(v);
      else all = here(all) + here(here(v) * here(expr(q.factor)));
    }
    return all;
  }
  constexpr expr applied(int t) {
    const term x = s.all.at[t];
    const node y = r.from[c.sources.at[x.source]];
    return with_room<expr>(x.count, [&](expr* in) {
      for (int j = 0; j < x.count; j++) {
        in[j] = write(s.arg(t, j));
        if (in[j].kind() == boolean && r.from[r.from.in(y, j)].k == real) // a mask that stands for 1 or 0
          in[j] = where(here(in[j]), 1.0, 0.0);
      }
      return x.exit && y.op->is(trait::log_sum_exp) && y.op->expand ? y.op->expand(in, y)
                                                                    : emit(y.op, in, x.count, y.at, y.where);
    });
  }
  /// A product, or a factor on its own.
  constexpr expr multiplied(int t) {
    const term x = s.all.at[t];
    list<piece> of;
    if (x.what == term::product) of = pieces_of(operands(t));
    else of.push_back(piece_of(t));
    axis_set over = 0; // of sums whose factors need not be finite
    bool finite = true;
    for (int j = 0; j < x.count && x.what == term::product; j++)
      if (const term& y = s.all.at[s.arg(t, j)]; y.what == term::sum && y.exit) over |= y.over;
      else finite = finite && y.finite;
    if (!finite) guard_empty(of, over);
    return {&b, product(of).id};
  }
};
} // namespace weft::ir
