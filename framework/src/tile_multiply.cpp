// SPDX-License-Identifier: BSL-1.0
#include "tile.hpp"

#include <weft/run/blas.hpp>

#include <algorithm>
#include <atomic>
#include <bit>

namespace weft::tile {
namespace {
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr bool many_registers = true; // 32
#else
constexpr bool many_registers = false; // 16
#endif

/// The rows of a block: its sums fill the registers but for its packets of b and one of a.
constexpr int rows_of(int packets) { return many_registers || packets == 1 ? 8 : packets == 2 ? 6 : 4; }

/// Strides that are known where a kernel is compiled save it the steps of its pointers.
enum class strides {
  any,
  along_steps, ///< the steps of `a` lie next to each other, the rows of b a full group of lanes apart
  along_rows   ///< the rows of `a` lie next to each other, those of b as before
};

/// Columns first to last, by as many packets at a time, of as many blocks of Rows rows as there are from m on; returns
/// the first row left. With Part, the one packet ends with the product's lanes. The inner loops are unrolled, the sums
/// stay in registers.
template <int Rows, int Packets, bool Part, strides Known, class T>
[[gnu::noinline]] long multiply_rows(const product<T>& call, long first, long last, long m) {
  product<T> p = call; // which nothing that is stored can change
  if constexpr (Known != strides::any) p.b_step = tile::lanes<T>;
  if constexpr (Known == strides::along_steps) p.a_step = 1;
  if constexpr (Known == strides::along_rows) p.a_row = 1;
  using V = packet<T>;
  constexpr int w = weft::lanes<T>;
  const auto part = lanes_between<T>(0, Part ? last - first : w);
  const auto get = [&](const T* from) __attribute__((always_inline)) {
    if constexpr (Part) return load_if(part, from);
    else return load(from);
  };
  const auto put = [&](T* to, V v) __attribute__((always_inline)) {
    if constexpr (Part) store_if(part, to, v);
    else store(to, v);
  };
  for (; m + Rows <= p.rows; m += Rows)
    for (long n = first; n < last; n += Packets * w) {
      V sum[Rows][Packets]{};
      const T* a = p.a + m * p.a_row;
      const T* b = p.b + n;
#pragma GCC unroll 8
      for (long k = p.steps; k > 0; --k, a += p.a_step, b += p.b_step) {
        V lane[Packets];
#pragma GCC unroll 4
        for (int j = 0; j < Packets; ++j) lane[j] = held(get(b + j * w));
#pragma GCC unroll 16
        for (int i = 0; i < Rows; ++i) {
          const V x = broadcast<V>(a[i * p.a_row]);
#pragma GCC unroll 4
          for (int j = 0; j < Packets; ++j) sum[i][j] = mul_add(x, lane[j], sum[i][j]);
        }
      }
      T* c = p.c + m * p.c_row + n;
      const auto finish = [&](auto with) __attribute__((always_inline)) {
#pragma GCC unroll 16
        for (int i = 0; i < Rows; ++i, c += p.c_row)
#pragma GCC unroll 4
          for (int j = 0; j < Packets; ++j) put(c + j * w, with(sum[i][j], i, j));
      };
      const auto old = [&](int j) __attribute__((always_inline)) { return get(c + j * w); };
      switch (p.kept) {
      case previous::overwrite: finish([](V s, int, int) __attribute__((always_inline)) { return s; }); break;
      case previous::add: finish([&](V s, int, int j) __attribute__((always_inline)) { return old(j) + s; }); break;
      case previous::scale_lanes:
        finish([&](V s, int, int j)
                   __attribute__((always_inline)) { return mul_add(old(j), get(p.factor + n + j * w), s); });
        break;
      case previous::scale_rows:
        finish([&](V s, int i, int j) __attribute__((always_inline)) { return mul_add(old(j), p.factor[m + i], s); });
        break;
      }
    }
  return m;
}

/// All rows of some columns: blocks of Rows, then what is left in ever smaller blocks.
template <int Rows, int Packets, bool Part, strides Known, class T>
[[gnu::always_inline]] inline void multiply_columns(const product<T>& p, long first, long last, long m = 0) {
  if (p.rows - m >= Rows) m = multiply_rows<Rows, Packets, Part, Known>(p, first, last, m);
  if constexpr (Rows > 1)
    if (m < p.rows) multiply_columns<std::bit_floor(unsigned(Rows) - 1), Packets, Part, Known>(p, first, last, m);
}

/// Columns by three packets, twice three at a time so that `a` is read for both while it is in L1; a rest of four is
/// two and two.
template <strides Known, class T> void multiply_all(const product<T>& p) {
  constexpr int w = weft::lanes<T>;
  const long whole = p.lanes / w, rest = whole % 3 == 1 && whole > 3 ? 4 : whole % 3;
  const long threes = (whole - rest) * w, twos = threes + rest / 2 * 2 * w, ones = whole * w;
  for (long n = 0; n < threes; n += 6 * w)
    multiply_columns<rows_of(3), 3, false, Known>(p, n, std::min(threes, n + 6 * w));
  if (threes < twos) multiply_columns<rows_of(2), 2, false, Known>(p, threes, twos);
  if (twos < ones) multiply_columns<rows_of(1), 1, false, Known>(p, twos, ones);
  if (ones < p.lanes) multiply_columns<rows_of(1), 1, true, Known>(p, ones, p.lanes);
}
template <class T> void multiply_part(const product<T>& p) {
  const bool group = p.b_step == tile::lanes<T>;
  if (group && p.a_step == 1) multiply_all<strides::along_steps>(p);
  else if (group && p.a_row == 1) multiply_all<strides::along_rows>(p);
  else multiply_all<strides::any>(p);
}
/// As one call of the BLAS library; false where that can't take the strides.
template <class T> bool multiply_by_blas(const product<T>& p) {
  const bool turned = p.a_step != 1 && p.a_row == 1;
  const long lda = turned ? p.a_step : p.a_row;
  if (p.rows == 0 || p.lanes == 0) return true;
  if ((!turned && p.a_step != 1) || lda < std::max(1l, turned ? p.rows : p.steps) || p.b_step < p.lanes ||
      p.c_row < p.lanes)
    return false;
  const bool by_lane = p.kept == previous::scale_lanes, by_row = p.kept == previous::scale_rows;
  if (by_lane || by_row)
    for (long m = 0; m < p.rows; m++)
      for (long n = 0; n < p.lanes; n++) p.c[m * p.c_row + n] *= p.factor[by_lane ? n : m];
  const single_threaded_blas one_thread; // also in a run that is only a tape
  gemm<T>(turned, false, p.rows, p.lanes, p.steps, 1, p.a, lda, p.b, p.b_step, p.kept == previous::overwrite ? 0 : 1,
          p.c, p.c_row);
  return true;
}

std::atomic<bool> blas_tiles = false;
} // namespace

/// In parts of about 64 steps: what they read of a and b stays in L1 for all blocks.
template <class T> void multiply(const product<T>& p) {
  if (blas_tiles.load(std::memory_order_relaxed) && multiply_by_blas(p)) return;
  constexpr long usual = 64;
  if (p.steps < usual + usual / 2) return multiply_part(p);
  const long parts = (p.steps + usual / 2) / usual, each = (p.steps + parts - 1) / parts;
  product<T> part = p;
  for (long done = 0; done < p.steps; done += each) {
    part.steps = std::min(each, p.steps - done);
    multiply_part(part);
    part.a += each * p.a_step, part.b += each * p.b_step, part.kept = previous::add;
  }
}

template void multiply(const product<float>&);
template void multiply(const product<double>&);
} // namespace weft::tile

namespace weft {
void use_blas_tiles(bool on) { tile::blas_tiles = on; }
bool uses_blas_tiles() { return tile::blas_tiles; }
} // namespace weft
