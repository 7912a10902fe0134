// SPDX-License-Identifier: BSL-1.0
/// The tile primitives as a streamed attention uses them, one thread, float: rates beside the matrix product's.
/// Operands change from call to call as they do in a walk: tiles stay in L1, keys and values come from further away.
#include "measure.hpp"

#include <weft/kernel/tile.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace {
using namespace weft;

struct shape {
  long lanes, rows, width; ///< queries and keys of a tile; features
};

class workload {
  static constexpr long keys = 2048;
  shape s_;
  long next_ = 0;
  std::vector<float> rows_, more_rows_, tile_, lanes_, more_lanes_;

public:
  explicit workload(shape s)
      : s_(s), rows_(std::size_t(keys * s.width), 0.5f), more_rows_(rows_), tile_(std::size_t(s.rows * s.lanes), 0.1f),
        lanes_(std::size_t(s.lanes * s.width), 0.25f), more_lanes_(lanes_) {}

  double product_flop() const { return 2. * double(s_.lanes) * double(s_.rows) * double(s_.width); }

  /// S^T = K Q^T
  void scores() { multiply_into(tile_.data(), s_.rows, s_.width, key_rows(), s_.width, 1, lanes_.data(), s_.lanes); }
  /// O^T = alpha O^T + V^T P^T
  void values() {
    tile::multiply<float>({.rows = s_.width,
                           .lanes = s_.lanes,
                           .steps = s_.rows,
                           .a = key_rows(),
                           .a_row = 1,
                           .a_step = s_.width,
                           .b = tile_.data(),
                           .b_step = s_.lanes,
                           .c = lanes_.data(),
                           .c_row = s_.lanes,
                           .kept = tile::previous::scale_lanes,
                           .factor = more_lanes_.data()});
  }
  /// dK += dS^T Q
  void keys_gradient() {
    tile::multiply<float>({.rows = s_.rows,
                           .lanes = s_.width,
                           .steps = s_.lanes,
                           .a = tile_.data(),
                           .a_row = s_.lanes,
                           .a_step = 1,
                           .b = more_rows_.data(),
                           .b_step = s_.width,
                           .c = key_rows(),
                           .c_row = s_.width,
                           .kept = tile::previous::add});
  }
  void pack_queries() {
    tile::pack<float>({.from = key_rows(),
                       .from_row = 1,
                       .from_lane = s_.width,
                       .rows = s_.width,
                       .lanes = s_.lanes,
                       .tile = lanes_.data(),
                       .width = s_.lanes,
                       .scale = 0.125f});
  }
  void unpack_outputs() {
    tile::unpack<float>({.tile = lanes_.data(),
                         .width = s_.lanes,
                         .rows = s_.width,
                         .lanes = s_.lanes,
                         .to = key_rows(),
                         .to_row = 1,
                         .to_lane = s_.width});
  }

private:
  float* key_rows() {
    next_ = next_ + s_.rows > keys - s_.rows ? 0 : next_ + s_.rows;
    return rows_.data() + next_ * s_.width;
  }
  void multiply_into(float* c, long rows, long steps, const float* a, long a_row, long a_step, const float* b,
                     long lanes) {
    tile::multiply<float>({.rows = rows,
                           .lanes = lanes,
                           .steps = steps,
                           .a = a,
                           .a_row = a_row,
                           .a_step = a_step,
                           .b = b,
                           .b_step = lanes,
                           .c = c,
                           .c_row = lanes});
  }
};

/// Multiply-adds in registers alone, as many chains as hide each other's latency: nothing can be faster.
constexpr int chains = 12;
constexpr long links = 100000;
float multiply_adds(float start) {
  packet<float> sum[chains];
  const packet<float> x = broadcast<packet<float>>(start), y = broadcast<packet<float>>(0.25f);
#pragma GCC unroll 12
  for (int i = 0; i < chains; i++) sum[i] = x * float(i);
  for (long i = 0; i < links; i++)
#pragma GCC unroll 12
    for (auto& s : sum) s = mul_add(s, y, x);
  float all = 0;
  for (const auto& s : sum) all += horizontal_sum(s);
  return all;
}
} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Tile primitives beside the matrix product"};
  int rounds = 9;
  std::vector<long> lane_counts{tile::lanes<float>}, row_counts{64, 128}, widths{32, 64, 128};
  app.add_option("--rounds", rounds, "interleaved rounds")->check(CLI::PositiveNumber);
  app.add_option("--lanes", lane_counts, "lanes of a tile");
  app.add_option("--rows", row_counts, "rows of a tile");
  app.add_option("--widths", widths, "features");
  CLI11_PARSE(app, argc, argv);
  set_threads(1);
  bench::matrix_product sgemm(1);
  volatile float kept = 0.5f;
  const double flop = 2. * chains * links * weft::lanes<float>;
  const auto peak = bench::measure(sgemm, rounds, flop, 0.01, [&] { kept = multiply_adds(kept * 0.1f); });
  fmt::print("{} kernels; multiply-adds in registers {:.1f} GF/s, sgemm {:.3f} of that\n", blas_core(), peak.gflops,
             peak.sgemm_gflops / peak.gflops);
  fmt::print("GF/s (ratio to sgemm), or ns an element\n");
  fmt::print("lanes rows    d |     K Q^T          V^T P^T          dS^T Q     |   pack unpack\n");
  for (long lanes : lane_counts)
    for (long rows : row_counts)
      for (long d : widths) {
        workload w({lanes, rows, d});
        fmt::print("{:5} {:4} {:4} |", lanes, rows, d);
        for (auto product : {&workload::scores, &workload::values, &workload::keys_gradient}) {
          const auto r = bench::measure(sgemm, rounds, w.product_flop(), 0.01, [&] { (w.*product)(); });
          fmt::print(" {:7.1f} ({:5.3f})", r.gflops, r.ratio());
        }
        fmt::print(" |");
        const auto per_element = [&](auto member, long elements) {
          const auto r = bench::measure(sgemm, rounds, 0, 0.001, [&] { (w.*member)(); });
          fmt::print(" {:6.3f}", r.seconds * 1e9 / double(elements));
        };
        per_element(&workload::pack_queries, lanes * d);
        per_element(&workload::unpack_outputs, lanes * d);
        fmt::print("\n");
      }
}
