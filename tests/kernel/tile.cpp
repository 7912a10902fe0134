// SPDX-License-Identifier: BSL-1.0
/// The tile primitives against plain loops, at extents around every block size. All memory that a call may not touch
/// holds NaN beforehand and afterwards.
#define BOOST_TEST_MODULE tile
#include <weft/kernel/tile.hpp>
#include <weft/run/blas.hpp>

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace {
using namespace weft;
using reals = boost::mpl::list<float, double>;

template <class T>
constexpr T not_a_number = std::numeric_limits<T>::quiet_NaN();

/// Strided elements inside a field of NaN: [row][lane], at any distance from each other.
template <class T> struct field {
  long rows, lanes, row_stride, lane_stride;
  std::vector<T> memory;
  static constexpr long margin = 64;

  field(long rows, long lanes, long row_stride, long lane_stride, unsigned seed)
      : rows(rows), lanes(lanes), row_stride(row_stride), lane_stride(lane_stride),
        memory(std::size_t(2 * margin + rows * row_stride + lanes * lane_stride), not_a_number<T>) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<T> uniform(-1, 1);
    for (long r = 0; r < rows; ++r)
      for (long l = 0; l < lanes; ++l) at(r, l) = uniform(random);
  }
  T* data() { return memory.data() + margin; }
  T& at(long row, long lane) { return data()[row * row_stride + lane * lane_stride]; }
};

/// Rows of lanes next to each other, `width` apart.
template <class T> field<T> dense(long rows, long lanes, long width, unsigned seed) {
  return {rows, lanes, width, 1, seed};
}

/// Equal, or as near as sums of `terms` numbers below 1 are in different orders; NaN only where NaN is expected.
template <class T> void check_same(const std::vector<T>& result, const std::vector<T>& expected, long terms) {
  const T tolerance = T(terms + 1) * std::numeric_limits<T>::epsilon();
  BOOST_REQUIRE_EQUAL(result.size(), expected.size());
  long wrong = 0;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const bool both_nan = std::isnan(result[i]) && std::isnan(expected[i]);
    wrong += !(both_nan || std::abs(result[i] - expected[i]) <= tolerance);
  }
  BOOST_TEST(wrong == 0);
}

/// The width of tiles that n lanes are a part of.
template <class T> long group(long n) { return std::max(n, long{tile::lanes<T>}); }

long round_up(long n, long to) { return (n + to - 1) / to * to; }

template <class T> void check_products() {
  constexpr long w = lanes<T>;
  using tile::previous;
  for (long rows : {0, 1, 2, 3, 5, 8, 13, 31})
    for (long n : {0l, 1l, w - 1, w, w + 1, 2 * w, 3 * w - 1, 3 * w, 4 * w, 5 * w + 2, 6 * w, 7 * w})
      for (long steps : {0, 1, 2, 7, 50, 131})
        for (previous kept : {previous::overwrite, previous::add, previous::scale_lanes, previous::scale_rows})
          for (const auto& [transposed, width] : {std::pair{false, n + 1}, std::pair{true, n + 1},
                                                  std::pair{false, group<T>(n)}, std::pair{true, group<T>(n)}}) {
            BOOST_TEST_CONTEXT("rows " << rows << " lanes " << n << " steps " << steps << " kept " << int(kept)) {
              auto a = transposed ? field<T>(rows, steps, 1, rows + 3, 1) : field<T>(rows, steps, steps + 2, 1, 1);
              auto b = dense<T>(steps, n, width, 2), c = dense<T>(rows, n, n + 5, 3);
              auto factor = dense<T>(1, kept == previous::scale_rows ? rows : n, 0, 4);
              auto expected = c;
              for (long i = 0; i < rows; ++i)
                for (long j = 0; j < n; ++j) {
                  T sum = 0;
                  for (long k = 0; k < steps; ++k) sum += a.at(i, k) * b.at(k, j);
                  T& e = expected.at(i, j);
                  switch (kept) {
                  case previous::overwrite: e = sum; break;
                  case previous::add: e += sum; break;
                  case previous::scale_lanes: e = factor.at(0, j) * e + sum; break;
                  case previous::scale_rows: e = factor.at(0, i) * e + sum; break;
                  }
                }
              tile::multiply<T>({.rows = rows,
                                 .lanes = n,
                                 .steps = steps,
                                 .a = a.data(),
                                 .a_row = a.row_stride,
                                 .a_step = a.lane_stride,
                                 .b = b.data(),
                                 .b_step = b.row_stride,
                                 .c = c.data(),
                                 .c_row = c.row_stride,
                                 .kept = kept,
                                 .factor = factor.data()});
              check_same(c.memory, expected.memory, steps + 1);
            }
          }
}
} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(multiplies, T, reals) { check_products<T>(); }
BOOST_AUTO_TEST_CASE_TEMPLATE(multiplies_by_blas, T, reals) {
  use_blas_tiles(true);
  check_products<T>();
  use_blas_tiles(false);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(overwriting_does_not_read, T, reals) {
  const long n = 3 * lanes<T> + 1;
  std::vector<T> a(8, 1), b(std::size_t(n), 2), c(std::size_t(8 * n), not_a_number<T>);
  tile::multiply<T>({.rows = 8,
                     .lanes = n,
                     .steps = 1,
                     .a = a.data(),
                     .a_row = 1,
                     .b = b.data(),
                     .b_step = n,
                     .c = c.data(),
                     .c_row = n});
  check_same(c, std::vector<T>(c.size(), 2), 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(packs_and_unpacks, T, reals) {
  constexpr long w = lanes<T>;
  struct strides {
    long row, lane;
  };
  for (long rows : {0l, 1l, 3l, w, w + 1, 2 * w + 5, 4 * w})
    for (long n : {1l, w - 1, w, 2 * w + 1, 3 * w})
      for (strides s : {strides{1, rows + 3}, strides{1, rows}, strides{n + 1, 1}, strides{2, 2 * rows + 1}}) {
        const long width = round_up(n, w) + w;
        BOOST_TEST_CONTEXT("rows " << rows << " lanes " << n << " strides " << s.row << ", " << s.lane) {
          field<T> from(rows, n, s.row, s.lane, 1);
          auto packed = dense<T>(rows, width, width, 2), expected = packed;
          for (long r = 0; r < rows; ++r)
            for (long l = 0; l < width; ++l) expected.at(r, l) = l < n ? from.at(r, l) * T(0.5) : T(0);
          tile::pack<T>({from.data(), s.row, s.lane, rows, n, packed.data(), width, T(0.5)});
          check_same(packed.memory, expected.memory, 0);

          for (bool add : {false, true}) {
            auto tile = dense<T>(rows, width, width, 3);
            auto to = from, wanted = from;
            for (long r = 0; r < rows; ++r)
              for (long l = 0; l < n; ++l) wanted.at(r, l) = tile.at(r, l) + (add ? from.at(r, l) : T(0));
            tile::unpack<T>({tile.data(), width, rows, n, to.data(), s.row, s.lane, add});
            check_same(to.memory, wanted.memory, 0);
          }
        }
      }
}
