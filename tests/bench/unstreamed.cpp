// SPDX-License-Identifier: BSL-1.0
/// One attention, its scores stored: weft's program against a hand-written one of the same BLAS calls and a vectorised
/// softmax. Interleaved rounds, medians; `--csv` for machines.
#include "measure.hpp"

#include <weft/weft.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace {
using namespace weft;
using bench::median, bench::seconds;

constexpr axis<"head"> head;
constexpr feature<"query"> query; // features span no score space: the scores are stored
constexpr feature<"key"> key;
constexpr feature<"d"> d;

constexpr auto attention = [](expr q, expr k, expr v) {
  return contract(softmax(contract(q, k, d) * rsqrt(extent(d)), key), v, key);
};
constexpr auto attend = compile(attention, arg<"q">(head, query, d), arg<"k">(head, key, d), arg<"v">(head, key, d));
static_assert(attend.materializes(query, key));

/// softmax(q k^T / sqrt(d)) v, head by head: the N x N scores are written, normalised in place by rows, and read again.
struct by_hand {
  long heads, n, d;
  std::vector<float> scores;
  by_hand(long h, long rows, long width)
      : heads(h), n(rows), d(width), scores(static_cast<std::size_t>(h * rows * rows) + 64) {}

  static void softmax_row(float* s, long n) {
    constexpr int w = lanes<float>;
    const long whole = n / w * w;
    packet<float> m = broadcast<packet<float>>(-INFINITY), l{};
    for (long i = 0; i < whole; i += w) m = load(s + i) > m ? load(s + i) : m;
    float top = horizontal_max(m), total = 0;
    for (long i = whole; i < n; i++) top = std::max(top, s[i]);
    for (long i = 0; i < whole; i += w) {
      const packet<float> e = math::exp(load(s + i) - broadcast<packet<float>>(top));
      store(s + i, e);
      l += e;
    }
    for (long i = whole; i < n; i++) total += s[i] = math::exp(s[i] - top);
    const float r = 1 / (horizontal_sum(l) + total);
    for (long i = 0; i < whole; i += w) store(s + i, load(s + i) * broadcast<packet<float>>(r));
    for (long i = whole; i < n; i++) s[i] *= r;
  }
  void operator()(const float* q, const float* k, const float* v, float* out) {
    const single_threaded_blas one_thread;
    default_pool().run(heads, [&](long h, int) {
      float* s = scores.data() + h * n * n;
      gemm<float>(false, true, n, n, d, 1 / std::sqrt(static_cast<float>(d)), q + h * n * d, d, k + h * n * d, d, 0, s,
                  n);
      for (long i = 0; i < n; i++) softmax_row(s + i * n, n);
      gemm<float>(false, false, n, d, n, 1, s, n, v + h * n * d, d, 0, out + h * n * d, d);
    });
  }
};
} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Stored attention: weft against the same BLAS calls by hand"};
  bool csv = false;
  int rounds = 15, thread_count = 1;
  std::vector<long> sizes{128, 512, 1024, 2048};
  long heads = 8, width = 64;
  app.add_flag("--csv", csv, "machine-readable");
  app.add_option("--rounds", rounds, "interleaved rounds")->check(CLI::PositiveNumber);
  app.add_option("--threads", thread_count, "threads of both")->check(CLI::PositiveNumber);
  app.add_option("--sizes", sizes, "queries and keys");
  CLI11_PARSE(app, argc, argv);
  set_threads(thread_count);
  fmt::print(fmt::runtime(csv ? "heads,n,d,threads,weft_ms,hand_ms,ratio\n"
                              : "{} kernels, {} thread(s)\n heads     n   d    weft ms    hand ms  weft / hand\n"),
             blas_core(), thread_count);
  for (long n : sizes) {
    auto q = normal(tensor<float>(head(heads), query(n), d(width)), 1);
    auto k = normal(tensor<float>(head(heads), key(n), d(width)), 2);
    auto v = normal(tensor<float>(head(heads), key(n), d(width)), 3);
    tensor<float> out(head(heads), query(n), d(width)), expected(head(heads), query(n), d(width));
    auto run = attend.bind(q, k, v, out);
    by_hand hand(heads, n, width);
    const int repeat = static_cast<int>(std::max(1l, 4'000'000 / (n * n)));
    std::vector<double> mine, his;
    for (int i = 0; i <= rounds; i++) {
      const double a = seconds([&] {
                         for (int r = 0; r < repeat; r++) run();
                       }) /
                       repeat;
      const double b = seconds([&] {
                         for (int r = 0; r < repeat; r++) hand(q.data(), k.data(), v.data(), expected.data());
                       }) /
                       repeat;
      if (i) mine.push_back(a), his.push_back(b); // the first round warms up
    }
    if (!all_close(out, expected, 1e-4, 1e-5)) {
      fmt::print(stderr, "the two disagree at n = {}\n", n);
      return 1;
    }
    const double a = median(mine) * 1e3, b = median(his) * 1e3;
    fmt::print(
        fmt::runtime(csv ? "{},{},{},{},{:.4f},{:.4f},{:.3f}\n" : "{:6} {:5} {:3} {:.0s}{:10.3f} {:10.3f} {:12.3f}\n"),
        heads, n, width, csv ? std::to_string(thread_count) : "", a, b, a / b);
  }
}
