// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/structural.hpp>
#include <weft/passes/plan.hpp>
#include <weft/passes/score_patterns.hpp>
#include <weft/passes/score_space.hpp>

/// From the exits of one stream to the program that computes a tile of its space.
namespace weft::ir {

/// The axes of a stream as its walk sees them.
struct stream_shape {
  axis_ref outer = nullptr, inner = nullptr;
  axis_set loops = 0, held = 0; ///< axes that tiles lack; and those that they have besides outer and inner
};

/// Of each stream: the values that it computes by tiles, each once.
constexpr list<list<int>> tile_values(graph_view g, const score_spaces& s) {
  list<list<int>> all(s.streams.size_);
  list<int> seen(s.streams.size_ ? g.nodes.count : 0, -1), todo;
  for (int k = 0; k < s.streams.size_; k++) {
    const score_stream& t = s.streams.at[k];
    const auto visit = [&](int i) {
      if (seen.at[i] != k && s.computes(t.component, i)) seen.at[i] = k, todo.push_back(i);
    };
    const auto visit_operands = [&](int i) {
      const node& x = g.nodes.at[i];
      for (int j = 0; j < x.count; j++) visit(g.operands.at[x.first + j]);
    };
    for (int e = t.first; e < t.first + t.count; e++)
      if (const int i = s.exits.at[e]; s.stored.at[i]) visit(i);
      else visit_operands(i);
    while (todo.size_) {
      const int i = todo.at[--todo.size_];
      all.at[k].push_back(i);
      visit_operands(i);
    }
  }
  return all;
}

/// Whether an outside value is made by maps and numbers alone from a maximum that the stream itself finds: the shift of
/// its exponentials.
constexpr bool is_own_shift(graph_view g, const score_spaces& s, int stream, int i) {
  int todo[8]{i}, waiting = 1;
  bool own = false;
  for (int looked_at = 0; waiting && looked_at < 8; looked_at++) {
    const int k = todo[--waiting];
    const node& x = g.nodes.at[k];
    if (s.stream.at[k] == stream) {
      if (s.stored.at[k]) return false;
      own = true;
    } else if (x.op->how != form::constant) {
      if ((x.op->how != form::map && x.op->how != form::view) || s.region.at[k] || waiting + x.count > 8) return false;
      for (int j = 0; j < x.count; j++) todo[waiting++] = g.in(x, j);
    }
  }
  return own && !waiting;
}

/// Loops are the axes of the space's values that no value inside mixes, scatters onto or sums and that all have of
/// which an exit is made: what it adds up is then met once, or, if a loop is empty, never. Lanes run along the axis for
/// which less is read and written again: what has only the other one is, once a block.
constexpr stream_shape shape_of(graph_view g, const score_spaces& s, const score_stream& t, const list<int>& values) {
  stream_shape x;
  const axis_set r = s.names.bit(t.r), c = s.names.bit(t.c), both = r | c;
  axis_set all = 0, mixed = 0;
  double again_r = 0, again_c = 0; // words that are moved once a block of r, and of c
  const auto words = [&](axis_set a, double times) {
    double n = times;
    for (axis_set rest = a & ~both & ~all; rest; rest &= rest - 1) {
      const long extent = s.names.axis[std::countr_zero(rest)]->extent;
      n *= extent == unbound ? 64 : static_cast<double>(extent);
    }
    if ((a & both) == c) again_r += n;
    if ((a & both) == r) again_c += n;
  };
  for (int i : values) all |= s.sets.at[i];
  for (int i : values)
    for (int j = 0; j < g[i].count; j++) {
      const int o = g.in(i, j);
      mixed |= s.sets.at[o] & ~s.sets.at[i];
      if (!s.computes(t.component, o)) words(s.sets.at[o], 1);
    }
  for (int k = 0; k < t.count; k++) {
    const int e = s.exits.at[t.first + k];
    mixed |= all & ~s.sets.at[e] & ~reduced_axes(g, e, s.sets);
    if (g[e].op->is(trait::scattering)) mixed |= s.names.bit(g[e].at.axis);
    if (s.stored.at[e]) continue;
    words(s.sets.at[e], 2);
    if (s.running.at[e] >= 0) mixed |= reduced_axes(g, e, s.sets);
    if (g[e].op->how == form::reduce && !g[e].op->is(trait::sum)) mixed |= all & ~s.sets.at[e];
  }
  x.loops = all & ~both & ~mixed, x.held = all & mixed & ~both;
  const bool swap = again_c < again_r;
  x.outer = swap ? t.c : t.r, x.inner = swap ? t.r : t.c;
  return x;
}

/// Of each node of a graph its number in the tile program at hand, counted on from that of the program before it: what
/// earlier programs left is smaller, and needs no clearing.
struct tile_numbers {
  list<int> of;
  int used = 0;
};

/// Writes one tile program; `clear` takes every mask for granted.
struct tile_writer {
  graph_view g;
  const score_spaces& s;
  const score_stream& t;
  const list<bool>& numbers; ///< made of numbers, indices and extents alone
  stream_shape shape;
  bool clear;
  int number; ///< of the stream
  builder b{64};
  tile_numbers& moved;
  int base; ///< what this program's numbers are counted from
  list<port> ports;
  list<mask> masks;
  int inputs = 0; ///< numbers them, so that equal layers have equal tile programs

  constexpr tile_writer(graph_view graph, const score_spaces& spaces, const list<bool>& numbers_alone, int stream,
                        const stream_shape& x, bool takes_masks_for_granted, tile_numbers& all)
      : g(graph), s(spaces), t(spaces.streams.at[stream]), numbers(numbers_alone), shape(x),
        clear(takes_masks_for_granted), number(stream), moved(all), base(all.used) {
    for (int k = 0; k < t.count; k++) exit(s.exits.at[t.first + k]);
    for (const port& p : ports) {
      if (p.what != port::read) b.outputs.push_back(p.tile);
      if (p.factor >= 0) b.outputs.push_back(p.factor);
    }
    moved.used += b.nodes.size_;
  }
  constexpr int move(int i, int to) {
    moved.of.at[i] = base + to;
    return to;
  }

  /// Without loops; what is left of the space last, lanes innermost.
  constexpr axes arranged(const axes& ax) const {
    axes a;
    for (axis_ref x : ax)
      if (!same(x, shape.outer) && !same(x, shape.inner) && !(s.names.bit(x) & shape.loops)) a.add(x);
    if (ax.has(shape.inner)) a.add(shape.inner);
    if (ax.has(shape.outer)) a.add(shape.outer);
    return a;
  }
  constexpr expr at_tile(int i) { return {&b, i}; }
  constexpr const axes& axes_of(int i) const { return b.nodes.at[i].ax; }

  constexpr int input(const axes& ax, kind k) {
    attributes a;
    a.start = inputs++;
    return b.put(&input_def, nullptr, 0, ax, k, a, {});
  }
  constexpr int read(int i) {
    const int x = input(arranged(g[i].ax), g[i].k);
    ports.push_back({port::read, i, x});
    return move(i, x);
  }
  /// Through what only arranges, to a constant.
  constexpr bool is_nothing(int i) const {
    while (g[i].op->is(trait::keeps_axes)) i = g.in(i, 0);
    return g[i].op->how == form::constant && (g[i].at.value == 0 || g[i].at.value == -infinity);
  }
  /// Of a selection by what is known of a tile: the operand that it is where no mask touches it, else 0.
  constexpr int untouched(int i) const {
    const node& x = g[i];
    if (!x.op->is(trait::selection) || !s.region.at[i]) return 0;
    if (s.region.at[g.in(x, 0)]) return 0;
    return is_nothing(g.in(x, 2)) ? 1 : is_nothing(g.in(x, 1)) ? 2 : 0;
  }

  constexpr int value(int i) {
    if (moved.of.at[i] >= base) return moved.of.at[i] - base;
    const node& x = g[i];
    if (s.stream.at[i] == number && !s.stored.at[i]) return merged(i);
    if (!s.computes(t.component, i) && !numbers.at[i] && !is_own_shift(g, s, number, i)) return read(i);
    if (const int chosen = untouched(i)) {
      if (clear) return move(i, arranged_to(value(g.in(x, chosen)), arranged(x.ax)));
      masks.push_back({value(g.in(x, 0)), chosen == 1});
    }
    if (x.op->how == form::contract) return move(i, product(x));
    int in[max_rank]{};
    for (int j = 0; j < x.count; j++) in[j] = value(g.in(x, j));
    return move(i, clone(x, in));
  }
  constexpr int clone(const node& x, const int* in) {
    attributes a = x.at;
    if (x.op->how == form::view && a.shape.n) a.shape = arranged(a.shape);
    return b.put(x.op, in, x.count, arranged(x.ax), x.k, a, x.where);
  }
  constexpr int arranged_to(int i, const axes& ax) { return arrange(at_tile(i), ax).id; }

  /// The axes that a product or a reduction sums, as tiles have them.
  constexpr axes summed(const node& x) const {
    axes all;
    for (int j = 0; j < x.count; j++)
      for (axis_ref a : g[g.in(x, j)].ax)
        if (!x.ax.has(a) && !all.has(a) && !(s.names.bit(a) & shape.loops)) all.add(a);
    return all;
  }
  /// The operand that has the lanes comes second: results have them last. What both operands have of the space can't be
  /// a product's batch: there it is a sum of elementwise products.
  constexpr int product(const node& x) {
    int l = value(g.in(x, 0)), r = value(g.in(x, 1));
    if (axes_of(l).has(shape.outer) && !axes_of(r).has(shape.outer)) {
      const int k = l;
      l = r, r = k;
    }
    const axes over = summed(x);
    const bool lanes = axes_of(l).has(shape.outer) && axes_of(r).has(shape.outer);
    const bool rows = axes_of(l).has(shape.inner) && axes_of(r).has(shape.inner);
    const bool lanes_summed = over.has(shape.outer), rows_summed = over.has(shape.inner);
    if ((lanes && !lanes_summed) || (rows && !rows_summed) || (lanes_summed && rows_summed)) {
      const expr whole = at(at_tile(l)) * at(at_tile(r));
      const int sums = reduced(whole.id, over, nullptr);
      return x.at.value == 1 ? sums : (at(at_tile(sums)) * at(expr(x.at.value))).id;
    }
    if (lanes_summed && !axes_of(l).has(shape.inner)) { // what leaves onto columns: the tile comes first
      const int k = l;
      l = r, r = k;
    }
    axes ax;
    for (int o : {l, r})
      for (axis_ref a : axes_of(o))
        if (!over.has(a) && !ax.has(a)) ax.add(a);
    attributes a = x.at;
    a.shape = over;
    const int in[2]{l, r};
    return b.put(x.op, in, 2, ax, x.k, a, x.where);
  }
  /// Sums or compares over the inner axis and held ones first, over the lanes last. The op is `x`'s, or a sum.
  constexpr int reduced(int i, const axes& over, const node* x) {
    const auto one = [&](const axes& some) {
      if (!some.n) return;
      if (!x) i = sum(at(at_tile(i)), some).id;
      else {
        attributes a = x->at;
        a.axis = some.n == 1 ? some[0] : nullptr, a.shape = some.n == 1 ? axes{} : some;
        i = b.put(x->op, &i, 1, axes_of(i).without(some), x->k, a, x->where);
      }
    };
    one(over.without(shape.outer));
    if (over.has(shape.outer)) one(axes(shape.outer));
    return i;
  }

  /// A node, or where it leaves already another one like it: where masks are taken for granted, or axes are loops, two
  /// values that leave can be the same.
  constexpr int of_its_own(int i) {
    for (const port& p : ports) {
      if (p.what == port::read || p.tile != i) continue;
      const node x = b.nodes.at[i];
      attributes a = x.at;
      a.start = ports.size_;
      int in[max_rank]{};
      for (int j = 0; j < x.count; j++) in[j] = b.operands.at[x.first + j];
      return b.put(x.op, in, x.count, x.ax, x.k, a, x.where);
    }
    return i;
  }
  /// A reduction that is not a sum: it begins with what was found before.
  constexpr int merged(int i) {
    const node& x = g[i];
    const int operand = g.in(x, 0), all = arranged_to(value(operand), arranged(g[operand].ax)); // as the state has them
    const int before = input(arranged(x.ax), x.k);
    const int now = of_its_own(reduced(all, summed(x), &x));
    ports.push_back({port::merge, i, now, before});
    return move(i, now);
  }
  /// exp(before - shift): by how much the sums so far shrink as the maximum of the exponential's operand has grown.
  constexpr int factor(int exponential) {
    const node& e = g[exponential];
    const node& difference = g[g.in(e, 0)];
    const int maximum = running_maximum(g, exponential);
    const int now = value(maximum), shift = value(source_of(g.in(difference, 1)));
    int before = -1;
    for (const port& p : ports)
      if (p.tile == now) before = p.before;
    const int in[2]{before, shift};
    const int exponent = b.put(difference.op, in, 2, axes_of(before), real, difference.at, difference.where);
    return b.put(e.op, &exponent, 1, axes_of(before), real, e.at, e.where);
  }
  constexpr int source_of(int i) const {
    while (g[i].op == &arrange_def) i = g.in(i, 0);
    return i;
  }
  constexpr void exit(int i) {
    const node& x = g[i];
    if (s.stored.at[i]) return ports.push_back({port::keep, i, value(i)});
    if (x.op->how == form::reduce && !x.op->is(trait::sum)) return void(value(i));
    const int tile = x.op->how == form::contract ? of_its_own(product(x))
                     : x.op->how == form::reduce ? reduced(value(g.in(x, 0)), summed(x), nullptr)
                                                 : of_its_own(general(x));
    const int scaled = s.running.at[i] >= 0 ? factor(s.running.at[i]) : -1;
    ports.push_back({port::add, i, tile, -1, scaled});
  }
  constexpr int general(const node& x) {
    int in[max_rank]{};
    for (int j = 0; j < x.count; j++) in[j] = value(g.in(x, j));
    return clone(x, in);
  }
};
} // namespace weft::ir
