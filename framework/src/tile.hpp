// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/tile.hpp>

#if defined(__AVX__)
#include <immintrin.h>
#endif

namespace weft::tile {

/// Set in lanes first <= lane < last.
template <class T>
[[gnu::always_inline]] inline auto lanes_between(long first, long last) {
  using index = scalar_of<lane_int<packet<T>>>;
  const auto lane = iota<lane_int<packet<T>>>();
  return (lane >= index(first)) & (lane < index(last));
}

/// The lanes of memory that the mask sets, 0 elsewhere. The other lanes' memory is not touched.
template <class T, class Mask>
[[gnu::always_inline]] inline packet<T> load_if(Mask mask, const T* from) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) return _mm512_maskz_loadu_ps(_mm512_movepi32_mask(__m512i(mask)), from);
  else return _mm512_maskz_loadu_pd(_mm512_movepi64_mask(__m512i(mask)), from);
#elif defined(__AVX__)
  if constexpr (sizeof(T) == 4) return _mm256_maskload_ps(from, __m256i(mask));
  else return _mm256_maskload_pd(from, __m256i(mask));
#else
  packet<T> v{};
  for (int i = 0; i < weft::lanes<T>; ++i)
    if (mask[i]) v[i] = from[i];
  return v;
#endif
}

template <class T, class Mask>
[[gnu::always_inline]] inline void store_if(Mask mask, T* to, packet<T> v) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) _mm512_mask_storeu_ps(to, _mm512_movepi32_mask(__m512i(mask)), v);
  else _mm512_mask_storeu_pd(to, _mm512_movepi64_mask(__m512i(mask)), v);
#elif defined(__AVX__)
  if constexpr (sizeof(T) == 4) _mm256_maskstore_ps(to, __m256i(mask), v);
  else _mm256_maskstore_pd(to, __m256i(mask), v);
#else
  for (int i = 0; i < weft::lanes<T>; ++i)
    if (mask[i]) to[i] = v[i];
#endif
}
} // namespace weft::tile
