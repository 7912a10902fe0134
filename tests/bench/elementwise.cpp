// SPDX-License-Identifier: BSL-1.0
/// Chains of elementwise ops, float32: compiled and interpreted, beside a copy of the same arrays. Out of cache bytes a
/// second, in cache operations a second. Interleaved rounds, medians; `--csv` for machines.
#include "measure.hpp"

#include <weft/weft.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstring>

namespace {
using namespace weft;
using bench::median, bench::seconds;

constexpr axis<"i"> i;

/// N multiplications and additions in turn.
template <int N> constexpr auto arithmetic = [](expr x) {
  for (int k = 0; k < N; k++) x = k % 2 ? x + at(0.25 + k) : x * at(0.99 - 0.01 * k);
  return x;
};
/// N times exp, tanh in turn; what goes into exp is at most 1.
template <int N> constexpr auto functions = [](expr x) {
  for (int k = 0; k < N; k++) x = k % 2 ? tanh(x) : exp(-x);
  return x;
};

/// Calls of a program and a copy of its argument, in turn.
struct race {
  double mine = 0, copy = 0; ///< seconds
};
/// As many elements as a task of the pool copies; the library's own tasks are as large.
constexpr long task_elements = 16384;
void copy_by_tasks(const tensor<float>& x, tensor<float>& y) {
  const long tasks = (x.size() + task_elements - 1) / task_elements;
  default_pool().run(tasks, [&](long t, int) {
    const long from = t * task_elements, n = std::min(task_elements, x.size() - from);
    std::memcpy(y.data() + from, x.data() + from, static_cast<std::size_t>(n) * sizeof(float));
  });
}
race run_against_copy(auto& run, const tensor<float>& x, tensor<float>& y, int rounds, int repeat) {
  const auto each = [&](auto&& f) {
    return seconds([&] {
             for (int r = 0; r < repeat; r++) f();
           }) /
           repeat;
  };
  std::vector<double> mine, copy;
  for (int k = 0; k <= rounds; k++) {
    const double a = each(run), b = each([&] { copy_by_tasks(x, y); });
    if (k) mine.push_back(a), copy.push_back(b); // the first round warms up
  }
  return {median(mine), median(copy)};
}

struct settings {
  bool csv = false;
  int rounds = 15, threads = 1;
  long large = 1 << 24, small = 1 << 14;
};

/// One line each, compiled and interpreted.
template <const auto& Chain> void report(const char* name, int ops, const settings& s) {
  const auto x = uniform(tensor<float>(i(s.large)), 1, -1.0f, 1.0f);
  const auto few = uniform(tensor<float>(i(s.small)), 2, -1.0f, 1.0f);
  tensor<float> y(i(s.large)), y_few(i(s.small)), copied(i(s.large));
  constexpr auto program = compile<Chain>(arg<"x">(i));
  const auto built = build(Chain, arg<"x">(i));
  constexpr ir::extents_of single{nullptr, [](const void*, axis_ref) { return 1l; }};
  const double flop = ir::flops(built.data().lowered, single);
  const auto line = [&](const char* way, auto& out_of_cache, auto& in_cache) {
    const race far = run_against_copy(out_of_cache, x, copied, s.rounds, 1);
    const race near = run_against_copy(in_cache, few, y_few, s.rounds, 200);
    const double bytes = 2e-9 * sizeof(float) * static_cast<double>(s.large);
    fmt::print(fmt::runtime(s.csv ? "{},{},{:.0f},{},{:.2f},{:.2f},{:.3f},{:.2f},{}\n"
                                  : "{:12} {:3} {:6.0f} {:12} {:8.2f} {:9.2f} {:6.3f} {:13.2f}\n"),
               name, ops, flop, way, bytes / far.mine, bytes / far.copy, far.copy / far.mine,
               1e-9 * flop * static_cast<double>(s.small) / near.mine, s.threads);
  };
  auto compiled_far = program.bind(x, y), compiled_near = program.bind(few, y_few);
  line("compiled", compiled_far, compiled_near);
  auto interpreted_far = built.bind(x, y), interpreted_near = built.bind(few, y_few);
  line("interpreted", interpreted_far, interpreted_near);
}
} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Chains of elementwise ops beside a copy of the same arrays"};
  settings s;
  app.add_flag("--csv", s.csv, "machine-readable");
  app.add_option("--rounds", s.rounds, "interleaved rounds")->check(CLI::PositiveNumber);
  app.add_option("--threads", s.threads, "threads of both")->check(CLI::PositiveNumber);
  app.add_option("--elements", s.large, "elements of an array out of cache")->check(CLI::PositiveNumber);
  app.add_option("--small", s.small, "elements of an array in cache")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  set_threads(s.threads);
  fmt::print("{}", s.csv
                       ? "chain,ops,flop_per_element,way,gbytes_per_s,copy_gbytes_per_s,ratio,in_cache_gflops,threads\n"
                       : "chain        ops flop/el way              GB/s copy GB/s  ratio in cache GF/s\n");
  report<arithmetic<1>>("arithmetic", 1, s);
  report<arithmetic<2>>("arithmetic", 2, s);
  report<arithmetic<4>>("arithmetic", 4, s);
  report<arithmetic<8>>("arithmetic", 8, s);
  report<arithmetic<16>>("arithmetic", 16, s);
  report<functions<1>>("exp, tanh", 1, s);
  report<functions<2>>("exp, tanh", 2, s);
  report<functions<4>>("exp, tanh", 4, s);
  report<functions<8>>("exp, tanh", 8, s);
}
