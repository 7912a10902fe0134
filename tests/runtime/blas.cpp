// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE blas
#include "runtime/refused.hpp"

#include <weft/run/blas.hpp>
#include <weft/run/pool.hpp>
#include <weft/run/random.hpp>

#include <boost/test/unit_test.hpp>
#include <cblas.h>

#include <tuple>

using namespace weft;
namespace {
constexpr axis<"row"> row;
constexpr axis<"column"> column;
} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(gemm_is_three_loops, real, decltype(std::tuple<float, double>())) {
  constexpr long m = 5, n = 4, k = 3, gap = 2; // rows are stored apart, as in a part of something larger
  const auto random_integers = [](long rows, long columns, std::uint64_t seed) {
    tensor<real> t(row(rows), column(columns + gap));
    for (long i = 0; i < t.size(); i++) t[i] = real(long(integer_at(seed, std::uint64_t(i), 19)) - 9);
    return t;
  };
  for (bool trans_a : {false, true})
    for (bool trans_b : {false, true})
      for (real beta : {real(0), real(1), real(-2)}) {
        const auto a = trans_a ? random_integers(k, m, 1) : random_integers(m, k, 1);
        const auto b = trans_b ? random_integers(n, k, 2) : random_integers(k, n, 2);
        tensor<real> c = random_integers(m, n, 3), expected = c;
        const long lda = a.extent(column), ldb = b.extent(column), ldc = c.extent(column);
        for (long i = 0; i < m; i++)
          for (long j = 0; j < n; j++) {
            real sum = 0;
            for (long l = 0; l < k; l++)
              sum += (trans_a ? a[l * lda + i] : a[i * lda + l]) * (trans_b ? b[j * ldb + l] : b[l * ldb + j]);
            expected[i * ldc + j] = 2 * sum + beta * expected[i * ldc + j];
          }
        gemm<real>(trans_a, trans_b, m, n, k, 2, a.data(), lda, b.data(), ldb, beta, c.data(), ldc);
        BOOST_TEST((c == expected)); // small integers: exact in any order; the gap is untouched
      }
}

BOOST_AUTO_TEST_CASE(an_empty_sum_is_zero_and_an_empty_product_nothing) {
  float c[4] = {1, 2, 3, 4};
  gemm<float>(false, false, 2, 2, 0, 1, c, 1, c, 2, 0.5f, c, 2);
  BOOST_TEST((c[0] == 0.5f && c[3] == 2));
  gemm<float>(false, false, 0, 2, 2, 1, c, 2, c, 2, 0, c, 2);
  BOOST_TEST(c[0] == 0.5f);
}

BOOST_AUTO_TEST_CASE(extents_are_checked) {
  double x[4]{};
  const auto call = [&](long m, long lda, long ldb, long ldc) {
    return refused([&] { gemm<double>(false, true, m, 2, 2, 1, x, lda, x, ldb, 0, x, ldc); });
  };
  BOOST_TEST(call(2, 1, 2, 2) == "gemm: lda is 1 and a stored row has 2 elements; lda is the distance between rows");
  BOOST_TEST(call(2, 2, 1, 2) == "gemm: ldb is 1 and a stored row has 2 elements; ldb is the distance between rows");
  BOOST_TEST(call(2, 2, 2, 0) == "gemm: ldc is 0 and a stored row has 2 elements; ldc is the distance between rows");
  BOOST_TEST(call(1L << 40, 2, 2, 2) ==
             "gemm: extent 1099511627776 is not one that the BLAS library can take; split the product");
  BOOST_TEST(call(-1, 2, 2, 2) == "gemm: extent -1 is not one that the BLAS library can take; split the product");
}

BOOST_AUTO_TEST_CASE(the_host_gets_its_threads_back) {
  const int original = openblas_get_num_threads();
  openblas_set_num_threads(2);
  {
    const single_threaded_blas outer;
    BOOST_TEST(openblas_get_num_threads() == 1);
    {
      const single_threaded_blas inner;
      BOOST_TEST(openblas_get_num_threads() == 1);
    }
    BOOST_TEST(openblas_get_num_threads() == 1);
    pool p(4);
    p.run(100, [](long, int) { const single_threaded_blas in_a_task; });
    BOOST_TEST(openblas_get_num_threads() == 1);
  }
  BOOST_TEST(openblas_get_num_threads() == 2);
  pool p(4);
  p.run(100, [](long, int) { const single_threaded_blas in_a_task; });
  BOOST_TEST(openblas_get_num_threads() == 2);
  openblas_set_num_threads(original);
}

BOOST_AUTO_TEST_CASE(the_core_has_a_name) { BOOST_TEST(blas_core() == openblas_get_corename()); }
