// SPDX-License-Identifier: BSL-1.0
/// A packet is one hardware vector: the type every kernel and every op's `eval` is written over.
///
/// Code generic over V works for a scalar (float, double, ...) and for a packet of it alike, and gives the same value
/// per lane: that holds for every helper here. Arithmetic, comparison, shift and bit operators are the compiler's own,
/// and `packet op scalar` broadcasts the scalar. The library is compiled with -ffp-contract=off, so a product is fused
/// with a sum exactly where mul_add is written.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#if defined(__aarch64__) && !defined(__clang__)
#include <arm_neon.h>
#endif

namespace weft {

#if defined(__AVX512F__)
inline constexpr int packet_bytes = 64;
#elif defined(__AVX__)
inline constexpr int packet_bytes = 32;
#else
inline constexpr int packet_bytes = 16;
#endif

/// True where one instruction multiplies and adds with a single rounding.
#if defined(__AVX512F__) || defined(__FMA__) || defined(__aarch64__)
inline constexpr bool has_fma = true;
#else
inline constexpr bool has_fma = false;
#endif

/// The vector types of a lane type: `type` lives in registers, `in_memory` is the same at any address, over any object.
template <class T>
struct packet_types {
  typedef T type __attribute__((vector_size(packet_bytes)));
  typedef T in_memory __attribute__((vector_size(packet_bytes), aligned(alignof(T)), may_alias));
};

template <class T> using packet = typename packet_types<T>::type;

/// How many T fill a packet.
template <class T> inline constexpr int lanes = packet_bytes / int(sizeof(T));

template <class V> struct lane_type {};
template <class V>
  requires requires(V& v) { v[0]; }
struct lane_type<V> {
  using type = std::remove_cvref_t<decltype(std::declval<V&>()[0])>;
};
template <class V>
  requires std::is_arithmetic_v<V>
struct lane_type<V> {
  using type = V;
};

/// The element type of a packet; a scalar is its own.
template <class V> using scalar_of = typename lane_type<V>::type;

template <class V> inline constexpr bool is_packet = false;
template <class V>
  requires std::is_arithmetic_v<scalar_of<V>> && (!std::is_arithmetic_v<V>)
inline constexpr bool is_packet<V> = std::same_as<V, packet<scalar_of<V>>>;

/// V with its lanes replaced by T, which must be as wide.
template <class V, class T>
using with_lanes = typename std::conditional_t<is_packet<V>, packet_types<T>, std::type_identity<T>>::type;

/// Signed integers as wide as V's lanes: int32_t for float, packet<int64_t> for packet<double>.
template <class V>
using lane_int = with_lanes<V, std::conditional_t<sizeof(scalar_of<V>) == 4, std::int32_t, std::int64_t>>;

/// What a comparison of two V gives: bool for scalars, for packets signed integers as wide as the lanes, 0 or -1.
template <class V> using mask_of = decltype(std::declval<V>() < std::declval<V>());

/// The packet type among A and B, or what both scalars convert to: where scalars and packets meet.
template <class A, class B> using wider =
    std::conditional_t<is_packet<A>, A,
                       std::conditional_t<is_packet<B>, B, std::common_type_t<scalar_of<A>, scalar_of<B>>>>;

template <class T>
[[gnu::always_inline]] inline packet<T> load(const T* from) {
  return *reinterpret_cast<const typename packet_types<T>::in_memory*>(from);
}

template <class T>
[[gnu::always_inline]] inline void store(T* to, packet<T> v) {
  *reinterpret_cast<typename packet_types<T>::in_memory*>(to) = v;
}

/// The scalar x in every lane; a packet is returned as it is. (The subtraction keeps -0.)
template <class V, class X>
[[gnu::always_inline]] constexpr V broadcast(X x) {
  if constexpr (is_packet<V> && !is_packet<X>) return scalar_of<V>(x) - V{};
  else return V(x);
}

/// 0, 1, 2, ... across the lanes; 0 for a scalar.
template <class V>
[[gnu::always_inline]] constexpr V iota() {
  if constexpr (is_packet<V>)
    return [&]<int... Lane>(std::integer_sequence<int, Lane...>) {
      return V{scalar_of<V>(Lane)...};
    }(std::make_integer_sequence<int, lanes<scalar_of<V>>>{});
  else return V{};
}

/// Lane-wise conversion between types with equally many lanes; real to integer truncates toward zero.
template <class To, class From>
[[gnu::always_inline]] constexpr To convert(From v) {
  if constexpr (is_packet<From>) return __builtin_convertvector(v, To);
  else return static_cast<To>(v);
}

template <class To, class From>
[[gnu::always_inline]] constexpr To bits_as(From v) {
  return std::bit_cast<To>(v);
}

/// a where the mask is set, b elsewhere; both are evaluated. A scalar beside a packet is broadcast.
template <class Mask, class A, class B>
[[gnu::always_inline]] constexpr wider<A, B> select(Mask mask, A a, B b) {
  using V = wider<A, B>;
  return mask ? broadcast<V>(a) : broadcast<V>(b);
}

/// v, in a register: where a packet is used several times or does not change, GCC would rather load it each time, and a
/// choice between a value and a constant that it sees costs two instructions instead of one.
template <class V>
[[gnu::always_inline]] constexpr V held(V v) {
  if (std::is_constant_evaluated()) return v;
#if defined(__aarch64__)
  asm("" : "+w"(v));
#elif defined(__x86_64__)
  asm("" : "+x"(v));
#endif
  return v;
}

/// x, but `bound` where x is smaller, or larger; NaN stays NaN.
template <class V>
[[gnu::always_inline]] constexpr V at_least(V x, scalar_of<V> bound) {
  const V b = held(broadcast<V>(bound));
  return select(x < b, b, x);
}
template <class V>
[[gnu::always_inline]] constexpr V at_most(V x, scalar_of<V> bound) {
  const V b = held(broadcast<V>(bound));
  return select(x > b, b, x);
}

/// a * b + c, rounded once where has_fma, twice elsewhere and at compile time: the same for a scalar and for a lane.
/// (GCC has no portable spelling, and <immintrin.h> costs every includer 0.8 s, hence its own builtins.)
template <class A, class B, class C>
[[gnu::always_inline]] constexpr auto mul_add(A a0, B b0, C c0) {
  using V = wider<wider<A, B>, C>;
  const V a = broadcast<V>(a0), b = broadcast<V>(b0), c = broadcast<V>(c0);
  if (std::is_constant_evaluated()) return V(a * b + c);
  if constexpr (!has_fma || !std::is_floating_point_v<scalar_of<V>>) return V(a * b + c);
  else if constexpr (std::same_as<V, float>) return __builtin_fmaf(a, b, c);
  else if constexpr (std::same_as<V, double>) return __builtin_fma(a, b, c);
#if defined(__clang__)
  else return __builtin_elementwise_fma(a, b, c);
#elif defined(__AVX512F__)
  else if constexpr (std::same_as<V, packet<float>>) return __builtin_ia32_vfmaddps512_mask(a, b, c, -1, 4);
  else return __builtin_ia32_vfmaddpd512_mask(a, b, c, -1, 4);
#elif defined(__FMA__)
  else if constexpr (std::same_as<V, packet<float>>) return __builtin_ia32_vfmaddps256(a, b, c);
  else return __builtin_ia32_vfmaddpd256(a, b, c);
#elif defined(__aarch64__)
  else if constexpr (std::same_as<V, packet<float>>) return V(vfmaq_f32(c, a, b));
  else return V(vfmaq_f64(c, a, b));
#endif
}

/// The lanes folded by halves: lane 0 with lane n/2, 1 with n/2 + 1, ..., then the results likewise. The order depends
/// on the lane count alone. `combine` takes two packets, or else two scalars.
template <int Step = -1, class V, class Combine>
[[gnu::always_inline]] constexpr scalar_of<V> horizontal(V v, Combine combine) {
  if constexpr (!is_packet<V>) return v;
  else if constexpr (Step == 0) return v[0];
  else if constexpr (Step < 0) return horizontal<lanes<scalar_of<V>> / 2>(v, combine);
  else if constexpr (std::invocable<Combine, V, V>)
    return [&]<int... Lane>(std::integer_sequence<int, Lane...>) {
      return horizontal<Step / 2>(V(combine(v, __builtin_shufflevector(v, v, (Lane ^ Step)...))), combine);
    }(std::make_integer_sequence<int, lanes<scalar_of<V>>>{});
  else {
    for (int lane = 0; lane < Step; ++lane) v[lane] = combine(scalar_of<V>(v[lane]), scalar_of<V>(v[lane + Step]));
    return horizontal<Step / 2>(v, combine);
  }
}

template <class V>
[[gnu::always_inline]] constexpr scalar_of<V> horizontal_sum(V v) {
  return horizontal(v, [](auto a, auto b) { return a + b; });
}

/// The largest lane; NaN if any lane is.
template <class V>
[[gnu::always_inline]] constexpr scalar_of<V> horizontal_max(V v) {
  return horizontal(v, [](auto a, auto b) { return select((a > b) | (a != a), a, b); });
}

/// Whether any lane of a mask is set.
template <class Mask>
[[gnu::always_inline]] constexpr bool any(Mask mask) {
  return horizontal(mask, [](auto a, auto b) { return a | b; }) != 0;
}

} // namespace weft
