// SPDX-License-Identifier: BSL-1.0
#include <weft/run/blas.hpp>
#include <weft/run/error.hpp>

#include <cblas.h>

#include <algorithm>
#include <limits>
#include <mutex>

namespace weft {
namespace {
blasint narrow(long n) {
  if (n < 0 || n > std::numeric_limits<blasint>::max())
    throw error("gemm: extent ", n, " is not one that the BLAS library can take; split the product");
  return static_cast<blasint>(n);
}

void check_leading(const char* name, long given, long least) {
  if (given < std::max(1L, least))
    throw error("gemm: ", name, " is ", given, " and a stored row has ", least, " elements; ", name,
                " is the distance between rows");
}
} // namespace

template <class T>
void gemm(bool trans_a, bool trans_b, long m, long n, long k, T alpha, const T* a, long lda, const T* b, long ldb,
          T beta, T* c, long ldc) {
  check_leading("lda", lda, trans_a ? m : k);
  check_leading("ldb", ldb, trans_b ? k : n);
  check_leading("ldc", ldc, n);
  constexpr auto call = [] {
    if constexpr (sizeof(T) == 4) return &cblas_sgemm;
    else return &cblas_dgemm;
  }();
  call(CblasRowMajor, trans_a ? CblasTrans : CblasNoTrans, trans_b ? CblasTrans : CblasNoTrans, narrow(m), narrow(n),
       narrow(k), alpha, a, narrow(lda), b, narrow(ldb), beta, c, narrow(ldc));
}

template void gemm<float>(bool, bool, long, long, long, float, const float*, long, const float*, long, float, float*,
                          long);
template void gemm<double>(bool, bool, long, long, long, double, const double*, long, const double*, long, double,
                           double*, long);

namespace {
// The setting of the library is the process's, so one count stands for all threads.
std::mutex setting;
int holders = 0;
int threads_of_host = 1;
} // namespace

single_threaded_blas::single_threaded_blas() {
  std::lock_guard lock(setting);
  if (holders++ > 0) return;
  threads_of_host = openblas_get_num_threads();
  if (threads_of_host != 1) openblas_set_num_threads(1);
}

single_threaded_blas::~single_threaded_blas() {
  std::lock_guard lock(setting);
  if (--holders == 0 && threads_of_host != 1) openblas_set_num_threads(threads_of_host);
}

std::string blas_core() { return openblas_get_corename(); }
} // namespace weft
