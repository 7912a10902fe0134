// SPDX-License-Identifier: BSL-1.0
#include "product.hpp"

#include <weft/passes/memory.hpp>
#include <weft/run/blas.hpp>

#include <algorithm>

namespace weft::ir {
namespace {

/// Neighbours that one stride steps through become one.
void merge(std::vector<product_loop>& d) {
  std::erase_if(d, [](const product_loop& x) { return x.extent == 1; });
  for (std::size_t i = d.size(); i-- > 1;)
    if (product_loop& outer = d[i - 1], &inner = d[i];
        outer.a == inner.a * inner.extent && outer.b == inner.b * inner.extent && outer.c == inner.c * inner.extent) {
      inner.extent *= outer.extent;
      d.erase(d.begin() + static_cast<long>(i) - 1);
    }
}

/// The axis that BLAS gets; the others are loops around it.
product_loop taken(std::vector<product_loop>& d, std::vector<product_loop>& loops, auto unit) {
  if (d.empty()) return {1, 0, 0, 0};
  std::size_t best = 0;
  for (std::size_t i = 1; i < d.size(); i++) {
    const bool is_unit = unit(d[i]), best_is = unit(d[best]);
    if (is_unit != best_is ? is_unit : d[i].extent > d[best].extent) best = i;
  }
  const product_loop r = d[best];
  d.erase(d.begin() + static_cast<long>(best));
  loops.insert(loops.end(), d.begin(), d.end());
  return r;
}

struct classes {
  std::vector<product_loop> rows, columns, summed, batch;
};

classes classify(graph_view g, int i, const axes& chain, const layout& a, const layout& b, const layout& c,
                 const extent_table& extents) {
  const node& x = g[i];
  const axes &ax = g[g.in(x, 0)].ax, &bx = g[g.in(x, 1)].ax;
  classes k;
  const auto stride = [](const layout& l, const axes& of, axis_ref n) { return of.has(n) ? l.stride[of.find(n)] : 0; };
  for (axis_ref n : x.at.shape) k.summed.push_back({extents.of(n), stride(a, ax, n), stride(b, bx, n), 0});
  for (axis_ref n : x.ax) {
    if (chain.has(n)) continue;
    const product_loop d{extents.of(n), stride(a, ax, n), stride(b, bx, n), stride(c, x.ax, n)};
    (ax.has(n) && bx.has(n) ? k.batch : ax.has(n) ? k.rows : k.columns).push_back(d);
  }
  const auto by = [](auto stride_of) {
    return [=](const product_loop& l, const product_loop& r) { return stride_of(l) > stride_of(r); };
  };
  std::stable_sort(k.rows.begin(), k.rows.end(), by([](const product_loop& d) { return d.c; }));
  std::stable_sort(k.columns.begin(), k.columns.end(), by([](const product_loop& d) { return d.c; }));
  std::stable_sort(k.batch.begin(), k.batch.end(), by([](const product_loop& d) { return d.c; }));
  std::stable_sort(k.summed.begin(), k.summed.end(), by([](const product_loop& d) { return d.a; }));
  for (auto* d : {&k.rows, &k.columns, &k.summed, &k.batch}) merge(*d);
  return k;
}

/// Whether a matrix with these row and column strides can be given to BLAS, and how.
bool readable(const product_loop& rows, long row, const product_loop& columns, long column, bool& transposed,
              long& leading) {
  const bool one_row = rows.extent == 1, one_column = columns.extent == 1;
  if ((column == 1 || one_column) && (one_row || row >= columns.extent)) {
    transposed = false, leading = one_row ? std::max(columns.extent, 1l) : row;
    return true;
  }
  if ((row == 1 || one_row) && (one_column || column >= rows.extent)) {
    transposed = true, leading = one_column ? std::max(rows.extent, 1l) : column;
    return true;
  }
  return false;
}

/// Finds the loops that BLAS gets and those around it, and packs what BLAS can't read as it lies.
struct product_preparation {
  graph_view g;
  int i;
  const axes& chain;
  const extent_table& extents;
  int element_size;
  product_call p;

  const node& x = g[i];
  const axes &ax = g[g.in(x, 0)].ax, &bx = g[g.in(x, 1)].ax;
  const axes rows = x.ax.without(bx), columns = x.ax.without(ax);

  /// A dense copy of one operand or of the result: batch axes, then those of its matrix.
  void pack(bool& flag, layout& l, long& bytes, const axes& of, const axes& matrix_rows, const axes& matrix_columns) {
    axes order = of.without(matrix_rows).without(matrix_columns).without(chain);
    for (const axes& last : {matrix_rows, matrix_columns})
      for (axis_ref n : last)
        if (of.has(n)) order.add(n);
    l = dense_layout(of, order, extents);
    flag = true, bytes = elements_of(order, extents.resolver()) * element_size;
  }
  void pack_a() { pack(p.pack_a, p.a, p.pack_a_bytes, ax, rows, x.at.shape); }
  void pack_b() { pack(p.pack_b, p.b, p.pack_b_bytes, bx, x.at.shape, columns); }
  void pack_c() { pack(p.pack_c, p.c, p.pack_c_bytes, x.ax, rows, columns); }

  /// Whether BLAS takes all three matrices as they lie now; else one more of them is packed.
  bool fits() {
    p.batch.clear(), p.sums.clear();
    classes k = classify(g, i, chain, p.a, p.b, p.c, extents);
    const product_loop m = taken(k.rows, p.batch, [](const product_loop& d) { return d.c == 1 || d.a == 1; });
    const product_loop n = taken(k.columns, p.batch, [](const product_loop& d) { return d.c == 1 || d.b == 1; });
    const product_loop s = taken(k.summed, p.sums, [](const product_loop& d) { return d.a == 1 || d.b == 1; });
    p.batch.insert(p.batch.end(), k.batch.begin(), k.batch.end());
    p.m = m.extent, p.n = n.extent, p.k = s.extent;
    bool ta = false, tb = false, tc = false;
    long la = 1, lb = 1, lc = 1;
    const bool a_fits = readable(m, m.a, s, s.a, ta, la), b_fits = readable(s, s.b, n, n.b, tb, lb),
               c_fits = readable(m, m.c, n, n.c, tc, lc);
    if (!a_fits || !b_fits || !c_fits) {
      // One after another; where that does not help all three, whose packed forms step alike.
      const bool all = (!a_fits && p.pack_a) || (a_fits && !b_fits && p.pack_b) || (a_fits && b_fits && p.pack_c);
      if (p.pack_a && p.pack_b && p.pack_c) throw error("contract: a packed product does not fit BLAS");
      if (all || !a_fits) pack_a();
      if (all || (a_fits && !b_fits)) pack_b();
      if (all || (a_fits && b_fits)) pack_c();
      return false;
    }
    p.swapped = tc, p.ldc = lc;
    if (!tc) p.trans_a = ta, p.trans_b = tb, p.lda = la, p.ldb = lb;
    else { // c^T = b^T a^T
      p.trans_a = !tb, p.trans_b = !ta, p.lda = lb, p.ldb = la;
      std::swap(p.m, p.n);
    }
    return true;
  }
  /// Cuts the rows so that there are a few tasks, each of half a million multiplications or more.
  void cut_rows() {
    long products = 1;
    for (const product_loop& l : p.batch) products *= l.extent;
    const double work = static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k);
    while (products * p.row_blocks < 4 && p.m / (2 * p.row_blocks) >= 32 &&
           work / static_cast<double>(2 * p.row_blocks) >= 5e5)
      p.row_blocks *= 2;
  }
  void run() {
    if (elements_of(x.ax, extents.resolver()) == 0) { // nothing to compute, and strides that mean nothing
      p.batch.push_back({0});
      for (axis_ref n : chain) p.chain.push_back({extents.of(n)});
      return;
    }
    while (!fits()) {}
    for (axis_ref n : chain)
      p.chain.push_back({extents.of(n), p.a.stride[ax.find(n)], p.b.stride[bx.find(n)], p.c.stride[x.ax.find(n)]});
    if (chain.n == 0) cut_rows();
  }
};
} // namespace

long product_call::tasks() const {
  long t = row_blocks;
  for (const product_loop& l : batch) t *= l.extent;
  return t;
}

product_call prepare_product(graph_view g, int i, const axes& chain, const layout& a, const layout& b, const layout& c,
                             const extent_table& extents, int element_size) {
  product_preparation prepared{g, i, chain, extents, element_size, {}};
  prepared.p.a = a, prepared.p.b = b, prepared.p.c = c, prepared.p.alpha = g[i].at.value;
  prepared.run();
  return std::move(prepared.p);
}

namespace {
/// One task of a product whose operands begin at a, b, c.
template <class T> void run_task(const product_call& p, long task, const T* a, const T* b, T* c) {
  const long block = task % p.row_blocks;
  long at = task / p.row_blocks;
  for (std::size_t i = p.batch.size(); i-- > 0;) {
    const product_loop& l = p.batch[i];
    const long j = at % l.extent;
    at /= l.extent;
    a += j * l.a, b += j * l.b, c += j * l.c;
  }
  const long from = p.m * block / p.row_blocks, rows = p.m * (block + 1) / p.row_blocks - from;
  if (rows == 0 || p.n == 0) return;
  long terms = 1;
  for (const product_loop& l : p.sums) terms *= l.extent;
  if (terms == 0 || p.k == 0) { // the sum of nothing
    for (long i = 0; i < rows; i++) std::fill_n(c + (from + i) * p.ldc, p.n, T(0));
    return;
  }
  for (long t = 0; t < terms; t++) {
    const T *ta = a, *tb = b;
    long rest = t;
    for (std::size_t i = p.sums.size(); i-- > 0;) {
      const product_loop& l = p.sums[i];
      const long j = rest % l.extent;
      rest /= l.extent;
      ta += j * l.a, tb += j * l.b;
    }
    if (p.swapped) std::swap(ta, tb);
    ta += from * (p.trans_a ? 1 : p.lda);
    gemm<T>(p.trans_a, p.trans_b, rows, p.n, p.k, static_cast<T>(p.alpha), ta, p.lda, tb, p.ldb, t == 0 ? T(0) : T(1),
            c + from * p.ldc, p.ldc);
  }
}
} // namespace

template <class T> void run_product(const product_call& p, const T* a, const T* b, T* c, crew threads) {
  a += p.a.offset, b += p.b.offset, c += p.c.offset;
  const long tasks = p.tasks();
  if (tasks == 1) return run_task(p, 0, a, b, c);
  threads.run(tasks, [&](long task, int) { run_task(p, task, a, b, c); });
}
template <class T> void run_product_at(const product_call& p, const long* chain, const T* a, const T* b, T* c) {
  a += p.a.offset, b += p.b.offset, c += p.c.offset;
  for (std::size_t i = 0; i < p.chain.size(); i++)
    a += chain[i] * p.chain[i].a, b += chain[i] * p.chain[i].b, c += chain[i] * p.chain[i].c;
  for (long task = 0; task < p.tasks(); task++) run_task(p, task, a, b, c);
}
template void run_product<float>(const product_call&, const float*, const float*, float*, crew);
template void run_product<double>(const product_call&, const double*, const double*, double*, crew);
template void run_product_at<float>(const product_call&, const long*, const float*, const float*, float*);
template void run_product_at<double>(const product_call&, const long*, const double*, const double*, double*);
} // namespace weft::ir
