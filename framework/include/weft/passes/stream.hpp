// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/rewrite.hpp>
#include <weft/passes/score_plan.hpp>
#include <weft/passes/score_space.hpp>

namespace weft::ir {

/// What a component's terms stand for in a graph.
struct score_component {
  int planner = -1;  ///< the one that planned this component, or an equal one before it
  list<int> slots;   ///< of outside terms: the values that they are
  list<int> sources; ///< of terms of other ops: nodes with their op and attributes
  list<int> members; ///< region values and exits, in order
  list<int> roots;   ///< exits and stored values that others read: as the planner's roots
  list<int> made;    ///< of each term: its value in the new graph, -1 not yet
};

/// Writes components in terms.
struct score_reader {
  graph_view g;
  const score_spaces& s;
  const score_space_finder& found;
  list<int> local, touched; ///< of each node: its term in the component being read, -1 none; and where that is not -1

  constexpr score_reader(graph_view graph, const score_spaces& spaces, const score_space_finder& finder)
      : g(graph), s(spaces), found(finder), local(graph.size(), -1) {}

  constexpr int set(int i, int t) {
    touched.push_back(i);
    return local.at[i] = t;
  }
  constexpr int apply(score_terms& t, score_component& c, int i) {
    const node& x = g.nodes.at[i];
    const bool reduces = x.op->how == form::reduce || x.op->is(trait::scattering | trait::log_sum_exp);
    axis_set ax = 0;
    list<multiple> args;
    args.reserve(x.count);
    for (int j = 0; j < x.count; j++) {
      const int o = g.in(x, j);
      int a = operand(t, c, o);
      if (x.op->how != form::map && t[a].ax != s.sets.at[o]) {
        const multiple narrow{1, a};
        a = t.put({.what = term::repeated, .ax = s.sets.at[o]}, &narrow, 1);
      }
      args.push_back({1, a}), ax |= t[a].ax;
    }
    c.sources.push_back(i);
    return t.put({.what = term::apply,
                  .mask = x.k == boolean,
                  .ax = x.op->how == form::map ? ax : s.sets.at[i],
                  .over = reduces ? reduced_axes(g, i, s.sets) : 0,
                  .source = c.sources.size_ - 1,
                  .op = x.op},
                 args.at, args.size_);
  }
  /// The term of a value that the component reads. Axes along which it is only repeated are left out.
  constexpr int operand(score_terms& t, score_component& c, int i) {
    while (local.at[i] < 0 && g.nodes.at[i].op->is(trait::keeps_axes | trait::identity)) i = g.in(i, 0);
    if (local.at[i] >= 0) return local.at[i];
    const node& x = g.nodes.at[i];
    int made = -1;
    if (x.op->how == form::constant && x.at.value < 1e100 && x.at.value > -1e100)
      made = t.times(x.at.value, t.number_one());
    else if (x.op->is(trait::guard) && local.at[g.in(x, 0)] >= 0) made = apply(t, c, i);
    else {
      const int own = s.component.at[c.members.at[0]];
      list<multiple> exits; // of this component, that it depends on
      found.each(found.before.at + i * found.words, [&](int k) {
        if (const int e = s.exits.at[k]; s.component.at[e] == own) exits.push_back({1, local.at[e]});
      });
      if (s.recomputed.at[i] && (exits.size_ || x.k == real)) return set(i, value(t, c, i));
      c.slots.push_back(i);
      made = t.put({.what = term::outside,
                    .mask = x.k == boolean,
                    .tile = s.recomputed.at[i],
                    .ax = s.sets.at[i],
                    .source = c.slots.size_ - 1},
                   exits.at, exits.size_);
    }
    return set(i, made);
  }
  constexpr int value(score_terms& t, score_component& c, int i) {
    const node& x = g.nodes.at[i];
    const auto in = [&](int j) { return operand(t, c, g.in(x, j)); };
    if (x.op->how == form::contract || (x.op->is(trait::sum) && x.k == real)) {
      const axis_set over = reduced_axes(g, i, s.sets);
      score_terms::factors f;
      for (int j = 0; j < x.count; j++) t.multiply(f, in(j));
      if (over & ~t.axes_of(f.of)) return apply(t, c, i); // a sum of repeated values
      if (x.op->how == form::contract) f.number *= x.at.value;
      return t.sum(f, over);
    }
    if (x.k != real) return apply(t, c, i);
    if (x.op->is(trait::addition | trait::subtraction)) {
      const int a = in(0), b = in(1);
      const multiple m[2]{{1, a}, {x.op->is(trait::addition) ? 1.0 : -1.0, b}};
      return t.linear(m, 2);
    }
    if (x.op->is(trait::negation)) return t.times(-1, in(0));
    if (x.op->is(trait::product) && x.count == 2) {
      const int a = in(0), b = in(1);
      return t.product(a, b);
    }
    if (x.op->is(trait::quotient)) {
      const int a = in(0), b = in(1);
      return t.product(a, t.unary(term::inverse, b));
    }
    if (x.op->is(trait::exponential)) return t.unary(term::exponential, in(0), x.op);
    if (x.op->is(trait::keeps_axes | trait::identity)) return in(0);
    if (const int kept = selected_against_zero(g, i); kept > 0) {
      const int condition = in(0), chosen = in(kept);
      return t.product(kept == 1 ? condition : t.unary(term::complement, condition, nullptr, true), chosen);
    }
    return apply(t, c, i);
  }
  constexpr void read(score_planner& p, score_component& c, axis_set pair) {
    p.s.names = &s.names, p.s.pair = pair;
    for (int i : c.members) set(i, value(p.s, c, i));
    for (int i : c.roots) p.roots.push_back(local.at[i]);
    for (int i : touched) local.at[i] = -1;
    touched.clear();
  }
};

/// Terms as nodes of the new graph.
struct score_writer {
  rewriter& r;
  builder& b;
  score_planner& p;
  score_component& c;
  place where_;
  score_terms& s = p.s;

  /// A factor on its way into a product or a sum.
  struct piece {
    enum way : std::uint8_t { factor, mask, complement, divisor };
    int id = -1;
    axis_set ax = 0;
    way what = factor;
  };
  constexpr at here(const expr& e) const { return at(e, where_); }
  constexpr at here(int id) const { return at(expr{&b, id}, where_); }

  constexpr piece piece_of(int t) {
    const term x = s.all.at[t]; // writing adds terms
    const axis_set ax = x.ax;
    if (x.what == term::inverse) return {write(s.arg(t, 0)).id, ax, piece::divisor};
    if (x.what == term::complement) return {write(s.arg(t, 0)).id, ax, piece::complement};
    return {write(t).id, ax, x.mask && x.what != term::product ? piece::mask : piece::factor};
  }
  constexpr list<piece> pieces_of(const list<int>& of) {
    list<piece> r;
    for (int t : of) r.push_back(piece_of(t));
    return r;
  }
  /// Small factors first: those of no side of the pair, of one, of the other, then tiles. Divisors divide what they are
  /// with, selections come last.
  constexpr int side(axis_set a) const {
    const axis_set lower = s.pair & -s.pair;
    return s.has_pair(a) ? 3 : (a & s.pair) == 0 ? 0 : (a & lower) ? 1 : 2;
  }
  constexpr piece product(const list<piece>& of) {
    expr all;
    axis_set ax = 0;
    for (const piece& x : of) ax |= x.ax;
    for (int k = 0; k < 4; k++) {
      expr top, bottom;
      for (const piece& x : of) {
        if (side(x.ax) != k) continue;
        expr& y = x.what == piece::divisor ? bottom : top;
        if (x.what == piece::factor || x.what == piece::divisor)
          y = y.attached() ? here(y) * here(x.id) : expr{&b, x.id};
      }
      if (bottom.attached()) top = (top.attached() ? here(top) : here(expr(1.0))) / here(bottom);
      if (top.attached()) all = all.attached() ? (k == 3 ? here(top) * here(all) : here(all) * here(top)) : top;
    }
    for (const piece& x : of) {
      const expr rest = all.attached() ? all : expr(1.0);
      if (x.what == piece::mask) all = where(here(x.id), here(rest), 0.0);
      if (x.what == piece::complement) all = where(here(x.id), 0.0, here(rest));
    }
    if (!all.attached()) all = attach(b, expr(1.0), where_);
    return {all.id, ax};
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

  /// Whether t is a product with f among its factors.
  constexpr bool has_factor(int t, int f) const {
    bool has = false;
    for (int j = 0; j < s.all.at[t].count && s.all.at[t].what == term::product; j++) has = has || s.arg(t, j) == f;
    return has;
  }
  /// Whether the masks among t's factors are among u's.
  constexpr bool shares_masks(int t, int u) const {
    bool all = true;
    for (int j = 0; j < s.all.at[t].count; j++)
      all = all && (!s.all.at[s.arg(t, j)].mask || has_factor(u, s.arg(t, j)));
    return all;
  }
  /// A tile that all terms of a combination have as a factor behind the same masks (it need not be finite where they
  /// are 0), else -1.
  constexpr int common_factor(const term& x) const {
    const int first = s.in.at[x.first].of;
    for (int k = 0; k < s.all.at[first].count && s.all.at[first].what == term::product; k++) {
      const int f = s.arg(first, k);
      bool common = s.all.at[f].tile && !s.all.at[f].mask;
      for (int j = 1; j < x.count && common; j++) {
        const int other = s.in.at[x.first + j].of;
        common = has_factor(other, f) && shares_masks(first, other) && shares_masks(other, first);
      }
      if (common) return f;
    }
    return -1;
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
  /// A linear combination: terms of one side together, then tiles.
  constexpr expr combination(const term& x) {
    if (x.count == 0) return attach(b, expr(0.0), where_);
    if (const int f = x.count > 1 ? common_factor(x) : -1; f >= 0) return factored(x, f);
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
          expr v = y.what == term::one ? attach(b, expr(size), where_) : write(m.of);
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
    if (minus) all = -here(all);
    return all;
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

  /// Which term of y is -guarded(the log-sum-exp of x over C), else -1.
  constexpr int normaliser(int y, int x, axis_set over, const expr& e) {
    const term z = s.all.at[y];
    if (z.what != term::linear) return -1;
    for (int j = 0; j < z.count; j++) {
      const multiple m = s.in.at[z.first + j];
      const term guard = s.all.at[m.of];
      if (m.factor != -1 || guard.what != term::apply || !guard.op->is(trait::guard)) continue;
      const int l = s.arg(m.of, 0);
      const term lse = s.all.at[l];
      if (lse.what == term::apply && lse.op->is(trait::log_sum_exp) && lse.op->exponentials && lse.over == over &&
          s.arg(l, 0) == x && lse.op->exponentials(write(x), s.names->list_of(over)).id == e.id)
        return j;
    }
    return -1;
  }
  constexpr expr part(const sum_part& q, axis_set over) {
    list<piece> rest = pieces_of(q.rest);
    list<piece> outside = pieces_of(q.pulled);
    if (q.x >= 0) {
      const expr x = write(q.x), shift = q.exponential->shift(x, s.names->list_of(over));
      const expr lowered = here(x) - here(shift);
      const expr e = emit(q.exponential, &lowered, 1, {}, where_);
      rest.push_back({e.id, s.all.at[q.x].ax});
      const int n = normaliser(q.y, q.x, over, e);
      if (n >= 0) { // exp(shift - lse) = 1 / sum of the exponentials
        const expr total = sum(here(e), s.names->list_of(over)), empty = here(total) == 0.0,
                   inverse = 1.0 / here(total);
        outside.push_back({where(here(empty), 0.0, here(inverse)).id, s.all.at[q.x].ax & ~over});
        list<multiple> others;
        const term z = s.all.at[q.y];
        for (int j = 0; j < z.count; j++)
          if (j != n) others.push_back(s.in.at[z.first + j]);
        if (others.size_) {
          const int y = s.linear(others);
          const expr v = write(y);
          outside.push_back({emit(q.exponential, &v, 1, {}, where_).id, s.all.at[y].ax});
        }
      } else {
        const expr y = write(q.y), power = here(y) + here(shift);
        outside.push_back(
            {emit(q.exponential, &power, 1, {}, where_).id, s.all.at[q.y].ax | (s.all.at[q.x].ax & ~over)});
      }
    }
    expr v = sum_of(rest, over);
    if (outside.size_) {
      axis_set ax = 0;
      for (const piece& x : rest) ax |= x.ax;
      outside.push_back({v.id, ax & ~over});
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
    case term::exponential: {
      const expr in = write(s.arg(t, 0));
      return emit(x.op, &in, 1, {}, where_);
    }
    case term::repeated: return arrange(write(s.arg(t, 0)), s.names->list_of(x.ax), where_);
    case term::sum: {
      list<int> of;
      for (int j = 0; j < x.count; j++) of.push_back(s.arg(t, j));
      if (!x.exit) return sum_of(pieces_of(of), x.over);
      expr all;
      for (int k = 0; k < p.parts_of.at[t]; k++) {
        const sum_part& q = p.parts.at[p.first_part.at[t] + k];
        const expr v = part(q, x.over);
        if (!all.attached()) all = q.factor == 1 ? v : q.factor == -1 ? -here(v) : here(v) * here(expr(q.factor));
        else if (q.factor == 1) all = here(all) + here(v);
        else if (q.factor == -1) all = here(all) - here(v);
        else all = here(all) + here(here(v) * here(expr(q.factor)));
      }
      return all;
    }
    case term::apply: {
      const node y = r.from[c.sources.at[x.source]];
      return with_room<expr>(x.count, [&](expr* in) {
        for (int j = 0; j < x.count; j++) in[j] = write(s.arg(t, j));
        return x.exit && y.op->is(trait::log_sum_exp) && y.op->expand ? y.op->expand(in, y)
                                                                      : emit(y.op, in, x.count, y.at, y.where);
      });
    }
    default: { // a product, or a factor on its own
      list<piece> of;
      if (x.what == term::product)
        for (int j = 0; j < x.count; j++) of.push_back(piece_of(s.arg(t, j)));
      else of.push_back(piece_of(t));
      return {&b, product(of).id};
    }
    }
  }
};

/// Plans the walks over score spaces, component by component, and writes what is inside them anew.
struct streamer {
  graph_view g;
  builder& b;
  rewriter r;
  score_spaces s;
  score_space_finder found;
  list<score_component> components;
  list<score_planner> planners;
  list<int> root_of; ///< of each exit or stored value: which root of its component

  constexpr streamer(graph_view graph, builder& out) : g(graph), b(out), r(graph, out), found(graph, s) {}

  /// Whether two components are the same but for the values that they read: equal layers are planned once.
  constexpr bool equal(const score_component& a, const score_component& z) const {
    const score_planner &p = planners.at[a.planner], &q = planners.at[z.planner];
    if (!p.s.begins_with(q.s, p.given) || p.given_roots.size_ != q.roots.size_ || a.sources.size_ != z.sources.size_)
      return false;
    bool same = true;
    for (int k = 0; k < q.roots.size_; k++) same = same && p.given_roots.at[k] == q.roots.at[k];
    for (int k = 0; k < a.sources.size_ && same; k++) {
      const node &x = g.nodes.at[a.sources.at[k]], &y = g.nodes.at[z.sources.at[k]];
      same = x.op == y.op && x.at == y.at && x.ax == y.ax;
    }
    return same;
  }

  constexpr void run() {
    found.find_values(), found.number_components(), found.find_streams();
    const int n = g.size();
    components = list<score_component>(s.components);
    planners = list<score_planner>(s.components);
    list<axis_set> pairs(s.components, 0);
    list<bool> read(n, false);
    root_of = list<int>(n, -1);
    for (int i = 0; i < n; i++) {
      const int k = s.component.at[i];
      if (k >= 0) {
        components.at[k].members.push_back(i);
        if (s.region.at[i] && !pairs.at[k]) pairs.at[k] = s.pair.at[i];
        if (s.stored.at[i]) read.at[i] = true;
      }
      for (int j = 0; j < g.nodes.at[i].count; j++)
        if (const int o = g.in(i, j); found.leaves.at[o] && s.component.at[o] != k) read.at[o] = true;
    }
    for (int o : g.outputs)
      if (found.leaves.at[o]) read.at[o] = true;
    score_reader reader(g, s, found);
    for (int k = 0; k < s.components; k++) {
      score_component& c = components.at[k];
      for (int i : c.members)
        if (read.at[i]) root_of.at[i] = c.roots.size_, c.roots.push_back(i);
      c.planner = k;
      reader.read(planners.at[k], c, pairs.at[k]);
      for (int l = 0; l < k && c.planner == k; l++)
        if (components.at[l].planner == l && equal(components.at[l], c)) c.planner = l;
      if (c.planner == k) planners.at[k].run();
    }
    write();
  }

  constexpr void write() {
    for (int i : g.inputs) copy(i);
    list<int> todo;
    for (int o : g.outputs) {
      todo.push_back(o);
      while (todo.size_ && b.error.empty()) {
        const int i = todo.at[todo.size_ - 1];
        if (r.moved.at[i] >= 0) {
          todo.pop_back();
          continue;
        }
        const int before = todo.size_;
        if (root_of.at[i] >= 0) ask_slots(i, todo);
        else
          for (int j = 0; j < g.nodes.at[i].count; j++) ask(g.in(i, j), todo);
        if (todo.size_ > before) continue;
        todo.pop_back();
        if (root_of.at[i] >= 0) write_root(i);
        else copy(i);
      }
    }
    r.finish();
  }
  constexpr void copy(int i) {
    const node& x = g.nodes.at[i];
    b.stage = x.stage;
    r.moved.at[i] = r.copy(x).id;
  }
  constexpr void ask(int i, list<int>& todo) const {
    if (r.moved.at[i] < 0) todo.push_back(i);
  }
  constexpr void ask_slots(int i, list<int>& todo) {
    score_component& c = components.at[s.component.at[i]];
    const score_planner& p = planners.at[c.planner];
    list<bool> seen(p.s.all.size_, false);
    list<int> terms;
    terms.push_back(p.roots.at[root_of.at[i]]);
    while (terms.size_) {
      const int t = terms.at[--terms.size_];
      if (seen.at[t]) continue;
      seen.at[t] = true;
      const term& x = p.s.all.at[t];
      if (x.what == term::outside) ask(c.slots.at[x.source], todo);
      else
        for (int j = 0; j < x.count; j++) terms.push_back(p.s.arg(t, j));
    }
  }
  constexpr void write_root(int i) {
    score_component& c = components.at[s.component.at[i]];
    score_planner& p = planners.at[c.planner];
    const node& x = g.nodes.at[i];
    b.stage = x.stage;
    score_writer w{r, b, p, c, x.where};
    r.moved.at[i] = arrange(w.write(p.roots.at[root_of.at[i]]), x.ax, x.where).id;
  }
};

/// Rewrites every score space for the fewest and cheapest walks over its tiles; what is outside of them stays. A graph
/// for which that needs a value of too many axes stays as it is.
constexpr void stream(graph_view g, builder& b) {
  streamer(g, b).run();
  if (b.error.empty()) return;
  b = builder(g.size());
  rewriter r(g, b);
  for (int i = 0; i < g.size(); i++) {
    b.stage = g.nodes.at[i].stage;
    r.moved.at[i] = r.copy(g.nodes.at[i]).id;
  }
  r.finish();
}
} // namespace weft::ir
