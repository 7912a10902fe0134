// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/axis_set.hpp>
#include <weft/passes/reassociate.hpp>

/// The values of one component in the form that its plan is found on: sums of products, linear combinations, and
/// everything else as it is. Built by functions that normalise, so that equal values are one term.
namespace weft::ir {

struct term {
  enum action : std::uint8_t {
    outside,     ///< a value that the component only reads; its operands are the exits that it depends on
    one,         ///< the number 1: numbers are its multiples
    linear,      ///< a linear combination
    product,     ///< of factors without numbers
    sum,         ///< of the product of its operands, over `over`
    exponential, ///< of its operand, by `op`
    inverse,     ///< 1 / its operand
    complement,  ///< of a mask
    repeated,    ///< its operand, along axes that it lacks
    apply        ///< any other op
  };
  action what = one;
  bool mask = false;  ///< 0 or 1: a selection
  bool tile = false;  ///< has the pair and is made in tiles
  bool exit = false;  ///< sums, or otherwise reduces, what has the pair; has it no more
  bool finite = true; ///< surely: masks, scores, exponentials of them, and sums of these
  bool safe = true;   ///< what a sum may take out of it is finite; without the pair: it is itself
  int first = 0, count = 0;
  axis_set ax = 0, over = 0;
  int source = -1; ///< of outside and apply: which value of the graph
  const op_def* op = nullptr;
  double size = 0; ///< elements that are visited for it
  unsigned hash = 0;
  int next = -1; ///< in its bucket
};
/// A multiple of a term.
struct multiple {
  double factor;
  int of;
};

struct score_terms {
  const axis_numbers* names = nullptr;
  axis_set pair = 0;
  list<term> all;
  list<multiple> in;
  list<int> bucket;          ///< the last term in each, plus one; a power of two of them
  axis_set unbound_axes = 0; ///< whose extents only a call tells: they may be 0
  bool uncovered = false;    ///< some sum was over an axis that none of its factors had: its term is wrong

  constexpr bool has_pair(axis_set a) const { return (a & pair) == pair; }
  constexpr const term& operator[](int i) const { return all.at[i]; }
  constexpr int arg(int i, int j) const { return in.at[all.at[i].first + j].of; }
  constexpr double elements(axis_set a) const {
    double n = 1;
    for (; a; a &= a - 1) n *= assumed(names->axis[std::countr_zero(a)]);
    return n;
  }

  /// Sets `finite` and `safe`. Quotients, functions and values from elsewhere need not be finite.
  constexpr void find_finite(term& x, const multiple* args, int n) const {
    if (x.mask || x.what == term::one) return;
    bool finite = true, safe = true;
    for (int j = 0; j < n; j++) {
      const term& y = all.at[args[j].of];
      const bool exponential = x.what == term::exponential, exponent = exponential && is_safe_exponent(args[j].of);
      finite = finite && (exponential ? exponent : y.finite);
      safe = safe && (exponential ? exponent : y.safe);
    }
    const bool alone = x.what == term::outside || x.what == term::apply || x.what == term::inverse;
    const bool in_parts = x.what == term::linear || x.what == term::product || x.what == term::exponential;
    x.finite = !alone && (finite || (x.what == term::sum && x.tile));
    x.safe = !x.tile ? x.finite : !in_parts || safe;
  }
  /// Whether what a sum takes out of the exponential of term i is finite.
  constexpr bool is_safe_exponent(int i) const {
    const term& x = all.at[i];
    if (x.what != term::linear) return is_safe_summand({1, i});
    bool all_safe = true;
    for (int j = 0; j < x.count; j++) all_safe = all_safe && is_safe_summand(in.at[x.first + j]);
    return all_safe;
  }
  /// Whether an exponent may have this summand taken out: exp(-guarded(...)) is 0 for a row that sees nothing.
  constexpr bool is_safe_summand(multiple m) const {
    const term& x = all.at[m.of];
    return x.tile || x.finite || (m.factor < 0 && x.what == term::apply && x.op->is(trait::guard));
  }
  /// The term with these operands: an equal one, or a new one.
  constexpr int put(term x, const multiple* args, int n) {
    unsigned h =
        static_cast<unsigned>(x.what) * 31u + static_cast<unsigned>(x.over) * 7u + static_cast<unsigned>(x.source);
    for (int i = 0; i < n; i++)
      h = (h ^ static_cast<unsigned>(args[i].of + 1) ^
           static_cast<unsigned>(std::bit_cast<std::uint64_t>(args[i].factor) >> 44)) *
          16777619u;
    x.hash = h ^ (h >> 15);
    if (bucket.size_ <= all.size_) make_buckets();
    int& last = bucket.at[x.hash & static_cast<unsigned>(bucket.size_ - 1)];
    for (int i = last - 1; i >= 0; i = all.at[i].next) {
      const term& y = all.at[i];
      bool equal = y.hash == x.hash && y.what == x.what && y.count == n && y.over == x.over && y.source == x.source &&
                   y.op == x.op && (x.what != term::repeated || y.ax == x.ax);
      for (int j = 0; j < n && equal; j++)
        equal = in.at[y.first + j].of == args[j].of && in.at[y.first + j].factor == args[j].factor;
      if (equal) return i;
    }
    axis_set operands = 0;
    for (int j = 0; j < n; j++) operands |= all.at[args[j].of].ax;
    if (x.what != term::outside && x.what != term::apply && x.what != term::repeated) x.ax = operands & ~x.over;
    if (x.what != term::outside) x.tile = has_pair(x.ax);
    x.exit = x.over && !has_pair(x.ax) && has_pair(operands) && (x.over & pair);
    find_finite(x, args, n);
    x.size = elements(x.what == term::sum || x.over ? operands : x.ax);
    x.first = in.size_, x.count = n, x.next = last - 1;
    for (int j = 0; j < n; j++) in.push_back(args[j]);
    all.push_back(x);
    return (last = all.size_) - 1;
  }
  /// Twice as many, so that few terms share one.
  constexpr void make_buckets() {
    bucket = list<int>(bucket.size_ ? 2 * bucket.size_ : 128, 0);
    for (int i = 0; i < all.size_; i++) {
      int& last = bucket.at[all.at[i].hash & static_cast<unsigned>(bucket.size_ - 1)];
      all.at[i].next = last - 1, last = i + 1;
    }
  }
  constexpr int number_one() { return put({.what = term::one}, nullptr, 0); }
  constexpr int unary(term::action what, int x, const op_def* op = nullptr, bool mask = false) {
    const multiple m{1, x};
    return put({.what = what, .mask = mask, .op = op}, &m, 1);
  }

  static constexpr void insert(list<multiple>& sorted, multiple m) {
    int k = sorted.size_;
    while (k > 0 && sorted.at[k - 1].of > m.of) k--;
    if (k > 0 && sorted.at[k - 1].of == m.of) {
      sorted.at[k - 1].factor += m.factor;
      return;
    }
    sorted.push_back(m);
    for (int j = sorted.size_ - 1; j > k; j--) sorted.at[j] = sorted.at[j - 1];
    sorted.at[k] = m;
  }
  /// A linear combination, as the combination of what its terms combine.
  constexpr int linear(const multiple* x, int n) {
    list<multiple> sorted;
    sorted.reserve(8);
    for (int i = 0; i < n; i++) {
      const term& y = all.at[x[i].of];
      if (y.what == term::linear)
        for (int j = 0; j < y.count; j++)
          insert(sorted, {x[i].factor * in.at[y.first + j].factor, in.at[y.first + j].of});
      else insert(sorted, x[i]);
    }
    int kept = 0;
    for (const multiple& m : sorted)
      if (m.factor != 0) sorted.at[kept++] = m;
    if (kept == 1 && sorted.at[0].factor == 1) return sorted.at[0].of;
    return put({.what = term::linear}, sorted.at, kept);
  }
  constexpr int linear(const list<multiple>& x) { return linear(x.at, x.size_); }
  constexpr int times(double factor, int x) {
    const multiple m{factor, x};
    return factor == 1 ? x : linear(&m, 1);
  }

  /// Numbers and factors of a product, the factors in order; a mask counts once.
  struct factors {
    double number = 1;
    list<int> of;
  };
  constexpr void multiply(factors& f, int x) {
    const term& y = all.at[x];
    if (y.what == term::product) {
      for (int j = 0; j < y.count; j++) multiply(f, in.at[y.first + j].of);
    } else if (y.what == term::linear && y.count <= 1) {
      f.number *= y.count ? in.at[y.first].factor : 0;
      if (y.count) multiply(f, in.at[y.first].of);
    } else if (y.what != term::one) {
      int k = f.of.size_;
      while (k > 0 && f.of.at[k - 1] > x) k--;
      if (y.mask && k > 0 && f.of.at[k - 1] == x) return;
      f.of.push_back(x);
      for (int j = f.of.size_ - 1; j > k; j--) f.of.at[j] = f.of.at[j - 1];
      f.of.at[k] = x;
    }
  }
  constexpr int product(const factors& f) {
    if (f.number == 0) return put({.what = term::linear}, nullptr, 0);
    if (f.of.size_ == 0) return times(f.number, number_one());
    if (f.of.size_ == 1) return times(f.number, f.of.at[0]);
    return times(f.number, put_all({.what = term::product, .mask = masks(f.of)}, f.of));
  }
  constexpr bool masks(const list<int>& of) const {
    bool m = true;
    for (int i : of) m = m && all.at[i].mask;
    return m;
  }
  constexpr int put_all(const term& x, const list<int>& of) {
    list<multiple> args;
    args.reserve(of.size_);
    for (int i : of) args.push_back({1, i});
    return put(x, args.at, args.size_);
  }
  constexpr int product(int a, int b) {
    factors f;
    multiply(f, a), multiply(f, b);
    return product(f);
  }

  /// The sum of a product over axes that its factors have: factors without them stand outside, and factors that share
  /// none of them are summed apart.
  constexpr int sum(const factors& f, axis_set over) {
    if (f.number == 0) return put({.what = term::linear}, nullptr, 0);
    factors result;
    list<int> left;
    uncovered = uncovered || (over & ~axes_of(f.of));
    for (int i : f.of)
      if (all.at[i].ax & over) left.push_back(i);
      else multiply(result, i);
    while (left.size_) {
      list<int> mine, others;
      axis_set joined = all.at[left.at[0]].ax & over;
      for (bool more = true; more;) { // all that is joined to the first by summed axes
        more = false;
        for (int i : left)
          if (const axis_set a = all.at[i].ax & over; (a & joined) && (a & ~joined)) joined |= a, more = true;
      }
      for (int i : left) (all.at[i].ax & joined ? mine : others).push_back(i);
      const term& x = all.at[mine.at[0]];
      if (mine.size_ == 1 && x.what == term::sum && x.count == 1) { // a sum of a sum
        const axis_set both = joined | x.over;
        mine.at[0] = in.at[x.first].of;
        multiply(result, put_all({.what = term::sum, .over = both}, mine));
      } else multiply(result, put_all({.what = term::sum, .over = joined}, mine));
      left = std::move(others);
    }
    result.number *= f.number;
    return product(result);
  }
  /// Whether t is a product with f among its factors.
  constexpr bool has_factor(int t, int f) const {
    bool has = false;
    for (int j = 0; j < all.at[t].count && all.at[t].what == term::product; j++) has = has || arg(t, j) == f;
    return has;
  }
  /// Whether the masks among t's factors are among u's.
  constexpr bool shares_masks(int t, int u) const {
    bool shared = true;
    for (int j = 0; j < all.at[t].count; j++) shared = shared && (!all.at[arg(t, j)].mask || has_factor(u, arg(t, j)));
    return shared;
  }
  /// A tile that all terms of a combination have as a factor behind the same masks (it need not be finite where they
  /// are 0), else -1.
  constexpr int common_factor(const term& x) const {
    const int first = in.at[x.first].of;
    for (int k = 0; k < all.at[first].count && all.at[first].what == term::product; k++) {
      const int f = arg(first, k);
      bool common = all.at[f].tile && !all.at[f].mask;
      for (int j = 1; j < x.count && common; j++) {
        const int other = in.at[x.first + j].of;
        common = has_factor(other, f) && shares_masks(first, other) && shares_masks(other, first);
      }
      if (common) return f;
    }
    return -1;
  }
  /// Whether term t is a combination of what changes along some axes and of what does not, as x - mean(x) is.
  constexpr bool is_centred(int t, axis_set over) const {
    const term& x = all.at[t];
    bool moves = false, stays = false;
    for (int j = 0; j < x.count && x.what == term::linear; j++)
      (all.at[in.at[x.first + j].of].ax & over ? moves : stays) = true;
    return moves && stays;
  }
  /// Whether a sum over some axes of the product of two terms should stay one sum: squares and covariances are small
  /// where the sums of their parts are large.
  constexpr bool cancels(int a, int b, axis_set over) const {
    return proportional(a, b) || (is_centred(a, over) && is_centred(b, over));
  }
  /// Whether two terms are combinations that differ by a number alone: their product is a square.
  constexpr bool proportional(int a, int b) const {
    const term &x = all.at[a], &y = all.at[b];
    bool same = x.what == term::linear && y.what == term::linear && x.count == y.count && x.count > 1;
    for (int j = 0; j < x.count && same; j++) {
      const multiple &m = in.at[x.first + j], &n = in.at[y.first + j];
      same = m.of == n.of && m.factor * in.at[y.first].factor == n.factor * in.at[x.first].factor;
    }
    return same;
  }
  constexpr axis_set axes_of(const list<int>& of) const {
    axis_set a = 0;
    for (int i : of) a |= all.at[i].ax;
    return a;
  }

  /// Whether the first n terms are all those of another component.
  constexpr bool begins_with(const score_terms& o, int n) const {
    if (o.all.size_ != n || o.pair != pair) return false;
    for (int i = 0; i < n; i++) {
      const term &x = all.at[i], &y = o.all.at[i];
      if (x.what != y.what || x.count != y.count || x.ax != y.ax || x.over != y.over || x.source != y.source ||
          x.op != y.op || x.mask != y.mask || x.tile != y.tile)
        return false;
      for (int j = 0; j < x.count; j++)
        if (in.at[x.first + j].of != o.in.at[y.first + j].of ||
            in.at[x.first + j].factor != o.in.at[y.first + j].factor)
          return false;
    }
    return true;
  }

  /// The terms that `roots` need, in order.
  constexpr list<bool> reached(const list<int>& roots) const {
    list<bool> r(all.size_);
    int last = -1;
    for (int i : roots) r.at[i] = true, last = i > last ? i : last;
    for (int i = last; i >= 0; i--)
      if (r.at[i])
        for (int j = 0; j < all.at[i].count; j++) r.at[arg(i, j)] = true;
    return r;
  }
  /// The roots with `other` in place of `old`.
  constexpr list<int> replaced(const list<int>& roots, int old, int other) {
    const list<bool> used = reached(roots);
    list<int> moved(used.size_);
    for (int i = 0; i < used.size_; i++) {
      moved.at[i] = i;
      if (i == old) moved.at[i] = other;
      if (!used.at[i] || i <= old) continue;
      bool same = true;
      for (int j = 0; j < all.at[i].count; j++) same = same && moved.at[arg(i, j)] == arg(i, j);
      if (!same) moved.at[i] = again(i, moved);
    }
    list<int> r;
    for (int i : roots) r.push_back(moved.at[i]);
    return r;
  }
  constexpr int again(int i, const list<int>& moved) {
    const term x = all.at[i];
    list<multiple> args;
    args.reserve(x.count);
    for (int j = 0; j < x.count; j++) args.push_back({in.at[x.first + j].factor, moved.at[arg(i, j)]});
    if (x.what == term::linear) return linear(args);
    if (x.what == term::product || x.what == term::sum) {
      factors f;
      for (const multiple& m : args) multiply(f, m.of);
      return x.what == term::sum ? sum(f, x.over) : product(f);
    }
    return put(x, args.at, args.size_);
  }
};
} // namespace weft::ir
