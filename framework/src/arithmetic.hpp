// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/lane_call.hpp>

#include <algorithm>
#include <functional>

namespace weft::ir {

/// Sums, differences, products and quotients of reals in a row, each of which reads the one before: all at once, on
/// packets that stay in registers. (An op by itself can't be faster than its stores.)
template <class T> class arithmetic_run {
  enum code : std::uint8_t {
    plus,
    minus,
    subtracted_from,
    times,
    divided_by,
    dividing,
    negated,
    apart,
    done = 2 * apart
  };
  struct step {
    int what;       ///< a code, plus `apart` where the other operand moves on from packet to packet
    const T* other; ///< the operand besides the value so far
  };

public:
  static constexpr int most = 32; ///< ops of a run
  static constexpr int many = 12; ///< packets that are computed together: as many as registers hold

private:
  /// Memory is asked for the packet so many further on, so that it comes while others are computed.
  static constexpr long ahead = 96;
  step first_; ///< what the first step starts from
  step steps_[most + 1];
  int begin_; ///< the first step: they are filled from the end

public:
  arithmetic_run() : begin_(most) { steps_[most] = {done, nullptr}; }

  static bool knows(const op_def& op) {
    return op.is(trait::addition | trait::subtraction | trait::product | trait::quotient | trait::negation);
  }
  /// Puts an instruction before those at hand. `before`: which of its operands comes before it in the run, or -1.
  /// `at`, `advance`: where the others lie, and how far they move from packet to packet.
  void prepend(const instruction& x, int before, const T* const* at, const int* advance) {
    const bool second = before >= 0 && x.arg[0] != before; // the value so far is its second operand
    if (before < 0) first_ = {advance[x.arg[0]] ? apart : 0, at[x.arg[0]]};
    step& s = steps_[--begin_];
    if (x.op->is(trait::negation)) {
      s = {negated, nullptr};
      return;
    }
    const int other = x.arg[second ? 0 : 1];
    const code what = x.op->is(trait::addition)      ? plus
                      : x.op->is(trait::product)     ? times
                      : x.op->is(trait::subtraction) ? (second ? subtracted_from : minus)
                                                     : (second ? dividing : divided_by);
    s = {what + (advance[other] ? apart : 0), at[other]};
  }
  /// Writes so many packets, those of the operands from `from` on; `out` may lie where one of them does.
  void operator()(T* out, long from, long packets) const {
    constexpr int few = 4;
    long i = 0;
    for (; i + many <= packets; i += many) run<many>(out + i * lanes<T>, from + i);
    for (; i + few <= packets; i += few) run<few>(out + i * lanes<T>, from + i);
    for (; i < packets; i++) run<1>(out + i * lanes<T>, from + i);
  }

private:
  static constexpr int line = std::max(1, 64 / static_cast<int>(sizeof(packet<T>))); ///< packets that come together

  template <int N> [[gnu::always_inline]] void run(T* out, long at) const {
    packet<T> v[N];
    const auto one = [&](const T* from, auto f) {
      const packet<T> same = load(from);
#pragma GCC unroll 12
      for (int k = 0; k < N; k++) v[k] = f(v[k], same);
    };
    const auto each = [&](const T* from, auto f) {
      from += at * lanes<T>;
#pragma GCC unroll 12
      for (int k = 0; k < N; k += line) __builtin_prefetch(from + (ahead + k) * lanes<T>);
#pragma GCC unroll 12
      for (int k = 0; k < N; k++) v[k] = f(v[k], load(from + k * lanes<T>));
    };
    const auto other = [](auto, auto b) { return b; };
    const auto minus_from = [](auto a, auto b) { return b - a; };
    const auto over = [](auto a, auto b) { return b / a; };
    if (first_.what == apart) each(first_.other, other);
    else one(first_.other, other);
    for (const step* s = steps_ + begin_;; s++) switch (s->what) {
      case plus: one(s->other, std::plus()); break;
      case apart + plus: each(s->other, std::plus()); break;
      case minus: one(s->other, std::minus()); break;
      case apart + minus: each(s->other, std::minus()); break;
      case subtracted_from: one(s->other, minus_from); break;
      case apart + subtracted_from: each(s->other, minus_from); break;
      case times: one(s->other, std::multiplies()); break;
      case apart + times: each(s->other, std::multiplies()); break;
      case divided_by: one(s->other, std::divides()); break;
      case apart + divided_by: each(s->other, std::divides()); break;
      case dividing: one(s->other, over); break;
      case apart + dividing: each(s->other, over); break;
      case negated:
#pragma GCC unroll 12
        for (int k = 0; k < N; k++) v[k] = -v[k];
        break;
      default:
#pragma GCC unroll 12
        for (int k = 0; k < N; k++) store(out + k * lanes<T>, v[k]);
        return;
      }
  }
};
} // namespace weft::ir
