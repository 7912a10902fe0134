// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <string>

namespace weft {

/// c = alpha * op(a) * op(b) + beta * c by the BLAS library; row-major, op(a) is m x k, op(b) k x n and c m x n. A
/// leading extent (lda, ldb, ldc) is the distance between two rows as they are stored. With beta = 0, c is not read.
template <class T>
void gemm(bool trans_a, bool trans_b, long m, long n, long k, T alpha, const T* a, long lda, const T* b, long ldb,
          T beta, T* c, long ldc);

extern template void gemm<float>(bool, bool, long, long, long, float, const float*, long, const float*, long, float,
                                 float*, long);
extern template void gemm<double>(bool, bool, long, long, long, double, const double*, long, const double*, long,
                                  double, double*, long);

/// While one of these lives, BLAS calls stay in the thread that makes them, because the pool already uses the cores.
/// The host's setting returns when the last one ends.
struct single_threaded_blas {
  single_threaded_blas();
  ~single_threaded_blas();
  single_threaded_blas(const single_threaded_blas&) = delete;
  single_threaded_blas& operator=(const single_threaded_blas&) = delete;
};

/// Whether each product of two tiles of a stream is one call of `gemm` (where its strides allow), instead of weft's own
/// kernels, which read keys and values as they lie. Off at first; for all calls of the process from then on. Sums are
/// then added up in the library's order: results differ in their last bits, not from thread to thread or run to run.
void use_blas_tiles(bool on);
bool uses_blas_tiles();

/// The kernels that the BLAS library chose for this machine, such as "Haswell".
std::string blas_core();
} // namespace weft
