// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "extents.hpp"

#include <weft/run/pool.hpp>

namespace weft::ir {

/// An axis of a product: how far it moves in each of the three matrices, 0 in one that lacks it.
struct product_loop {
  long extent = 1;
  long a = 0, b = 0, c = 0;
};

/// A product prepared for BLAS: batched calls of one shape. Operands that BLAS can't read in place are packed before.
struct product_call {
  bool trans_a = false, trans_b = false;
  long m = 1, n = 1, k = 1, lda = 1, ldb = 1, ldc = 1;
  double alpha = 1;
  bool swapped = false;            ///< the result's rows are its columns in memory: b^T a^T is computed
  std::vector<product_loop> chain; ///< the axes of the chain that the product runs in
  std::vector<product_loop> batch; ///< independent products
  std::vector<product_loop> sums;  ///< further summed axes: their products are added up
  long row_blocks = 1;             ///< the rows are cut into so many tasks, whatever the number of threads
  bool pack_a = false, pack_b = false, pack_c = false;
  layout a, b, c; ///< as read and written by BLAS: of the packed copy where there is one
  long pack_a_bytes = 0, pack_b_bytes = 0, pack_c_bytes = 0;
  long tasks() const;
};

/// Chooses which axes BLAS sees. `a`, `b`, `c` are the operands' and the result's strides along their nodes' axes. The
/// axes of `chain`, which all three have, have no loops: a run gets coordinates on them.
product_call prepare_product(graph_view g, int i, const axes& chain, const layout& a, const layout& b, const layout& c,
                             const extent_table& extents, int element_size);

template <class T> void run_product(const product_call& p, const T* a, const T* b, T* c, crew threads);
/// The product at the given coordinates of its chain, in the calling thread.
template <class T> void run_product_at(const product_call& p, const long* chain, const T* a, const T* b, T* c);
} // namespace weft::ir
