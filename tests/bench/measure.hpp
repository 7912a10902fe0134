// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/blas.hpp>
#include <weft/run/pool.hpp>

#include <algorithm>
#include <chrono>
#include <vector>

namespace bench {

double seconds(auto&& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline double median(std::vector<double> x) {
  std::nth_element(x.begin(), x.begin() + static_cast<long>(x.size() / 2), x.end());
  return x[x.size() / 2];
}

/// The yardstick: each thread of the pool multiplies two 1024 x 1024 float matrices by one call of the BLAS library.
class matrix_product {
  static constexpr long n = 1024;
  int threads_;
  std::vector<float> a_, b_, c_;

public:
  explicit matrix_product(int threads)
      : threads_(threads), a_(n * n, 0.5f), b_(n * n, 0.25f), c_(static_cast<std::size_t>(threads * n * n)) {}
  /// Operations a nanosecond of all threads together.
  double gflops() {
    const weft::single_threaded_blas one_each;
    const double s = seconds([&] {
      weft::default_pool().run(threads_, [&](long t, int) {
        weft::gemm<float>(false, false, n, n, n, 1, a_.data(), n, b_.data(), n, 0, c_.data() + t * n * n, n);
      });
    });
    return 2e-9 * n * n * n * threads_ / s;
  }
};

/// Medians of rounds that alternate with the yardstick.
struct rate {
  double seconds = 0, gflops = 0, sgemm_gflops = 0;
  double ratio() const { return gflops / sgemm_gflops; }
};

/// Times `f`, which does `flop` operations, repeated until a round takes `at_least` seconds.
rate measure(matrix_product& sgemm, int rounds, double flop, double at_least, auto&& f) {
  f();
  const long repeat = 1 + static_cast<long>(at_least / std::max(seconds(f), 1e-8));
  std::vector<double> mine, his;
  for (int i = 0; i < rounds; i++) {
    his.push_back(sgemm.gflops());
    mine.push_back(seconds([&] {
                     for (long r = 0; r < repeat; r++) f();
                   }) /
                   static_cast<double>(repeat));
  }
  const double s = median(mine);
  return {s, flop / s * 1e-9, median(his)};
}
} // namespace bench
