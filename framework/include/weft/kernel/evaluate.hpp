// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/op.hpp>

#include <utility>

/// From an op's one `eval` to the functions that run it: a block of packets, one packet, one element.
namespace weft::ir {

/// The type of a value of kind K where reals are V (a scalar or a packet).
template <class V, kind K>
using value_of = std::conditional_t<K == real, V, std::conditional_t<K == integer, lane_int<V>, mask_of<V>>>;

template <class Op, kind Common, class V, class Load> [[gnu::always_inline]] inline auto evaluate(Load load) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return Op::eval(load.template operator()<value_of<V, operand_kind(Op::rule, I, Common)>>(I)...);
  }(std::make_index_sequence<Op::operands>{});
}

template <class Op, kind Common, class T> struct code {
  static packet<T> one(const packet<T>* in) {
    return bits_as<packet<T>>(
        evaluate<Op, Common, packet<T>>([&]<class V>(std::size_t i) { return bits_as<V>(in[i]); }));
  }
  static void block(T* out, const T* const* in, const int* advance, long packets) {
    constexpr int n = Op::operands;
    const T* from[n]; // in variables of their own: stores of packets may alias anything in memory
    long step[n];
    for (int j = 0; j < n; j++) from[j] = in[j], step[j] = advance[j];
    for (long i = 0; i < packets; i++) {
      packet<T> arg[n];
      for (int j = 0; j < n; j++) arg[j] = load(from[j]), from[j] += step[j];
      store(out + i * lanes<T>, one(arg));
    }
  }
  /// A reduction's combine, over the queue of partial results that a row keeps (lane_call.hpp).
  static void fold(T* queued, int length, const T* in, int advance, long packets) {
    packet<T> q[8];
    for (int k = 0; k < length; k++) q[k] = load(queued + k * lanes<T>);
    for (long i = 0; i < packets; i++) {
      const packet<T> both[2]{q[0], load(in + i * advance)};
      for (int k = 0; k + 1 < length; k++) q[k] = q[k + 1];
      q[length - 1] = one(both);
    }
    for (int k = 0; k < length; k++) store(queued + k * lanes<T>, q[k]);
  }
  static T scalar(const T* in) {
    using I = lane_int<T>;
    auto r = evaluate<Op, Common, T>([&]<class V>(std::size_t i) {
      if constexpr (std::is_same_v<V, T>) return in[i];
      else if constexpr (std::is_same_v<V, bool>) return bits_as<I>(in[i]) != 0;
      else return bits_as<I>(in[i]);
    });
    if constexpr (std::is_same_v<decltype(r), bool>) return bits_as<T>(static_cast<I>(r ? -1 : 0));
    else if constexpr (result_kind(Op::rule, Common) == real) return static_cast<T>(r);
    else return bits_as<T>(static_cast<I>(r));
  }
  static constexpr evaluator<T> functions{&block, Op::how == form::reduce ? &fold : nullptr, &scalar};
};

/// Which common kinds of operands an op's rule admits.
constexpr bool admits(kinds rule, kind common) {
  switch (rule) {
  case kinds::same:
  case kinds::ranks:
  case kinds::compare: return common != boolean;
  case kinds::reals: return common == real;
  case kinds::logic:
  case kinds::count: return common == boolean;
  case kinds::integers:
  case kinds::measure: return common == integer;
  default: return true;
  }
}
template <class Op, kind Common> inline constexpr bool has_code =
    (Op::how == form::map || Op::how == form::reduce) && admits(Op::rule, Common);
template <class Op, kind Common, class T> constexpr packet_function<T> one_of() {
  if constexpr (has_code<Op, Common>) return &code<Op, Common, T>::one;
  else return nullptr;
}
template <class Op, kind Common, class T> constexpr evaluator<T> functions_of() {
  if constexpr (has_code<Op, Common>) return code<Op, Common, T>::functions;
  else return {};
}
} // namespace weft::ir
