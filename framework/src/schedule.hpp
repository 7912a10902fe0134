// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "arithmetic.hpp"
#include "walk_region.hpp"

namespace weft::ir {

/// The order and the places in which a pass is computed.
struct schedule {
  bool uniform[most_instructions];   ///< computed with the first block, kept for all others
  short before[most_instructions];   ///< the operand, arithmetic, that is computed with it, or -1
  short computed[most_instructions]; ///< with which instruction it is computed: itself, or one that has it `before` it
  short place[most_instructions];    ///< which block of memory holds its value, or -1; of uniform ones, which packet
  int places = 0, uniforms = 0;

  /// An operand is computed with what alone reads it, unless something is written between the two. `needs_memory(i)`:
  /// whether instruction i's value is not read or written where it lies.
  template <class F> schedule(const instruction* x, int count, F needs_memory) {
    int readers[most_instructions], written[most_instructions], writes = 0;
    const auto is_arithmetic = [&](int i) {
      return x[i].what == instruction::apply && x[i].common == real && !uniform[i] &&
             arithmetic_run<float>::knows(*x[i].op);
    };
    for (int i = 0; i < count; i++) {
      uniform[i] = is_uniform(x, uniform, i), computed[i] = static_cast<short>(i), readers[i] = 0;
      each_operand(x[i], [&](int a) { readers[a]++; });
      written[i] = writes += x[i].what >= instruction::combine;
    }
    int length[most_instructions];
    for (int i = 0; i < count; i++) {
      before[i] = -1, length[i] = 1;
      if (x[i].what != instruction::apply || uniform[i]) continue;
      each_operand(x[i], [&](int a) {
        if (readers[a] == 1 && written[a] == written[i] && is_arithmetic(a) && length[a] < arithmetic_run<float>::most)
          before[i] = static_cast<short>(a), length[i] = length[a] + 1;
      });
      if (before[i] >= 0) computed[before[i]] = static_cast<short>(i);
    }
    for (int i = count; i-- > 0;) computed[i] = computed[computed[i]];
    lay_out(x, count, needs_memory);
  }
  template <class F> static void each_operand(const instruction& x, F f) {
    const int n = x.what == instruction::apply ? x.op->arity : x.what >= instruction::combine ? 1 : 0;
    for (int j = 0; j < n; j++) f(x.arg[j]);
  }

private:
  /// What is read for the last time leaves its place to the reader (which reads each packet before it writes there), or
  /// to what comes next. So few are in use at a time.
  template <class F> void lay_out(const instruction* x, int count, F needs_memory) {
    short last[most_instructions], unused[most_instructions];
    int free = 0;
    for (int i = 0; i < count; i++) {
      last[i] = static_cast<short>(i);
      each_operand(x[i], [&](int a) { last[a] = std::max(last[a], computed[i]); });
    }
    const auto passes_on = [&](int i) { // loads may keep what rows share
      return !uniform[i] && (x[i].what == instruction::apply || x[i].what == instruction::index);
    };
    for (int i = 0; i < count; i++) {
      if (computed[i] != i) continue;
      for (int k = i; k >= 0; k = before[k])
        each_operand(x[k], [&](int a) {
          if (last[a] == i && computed[a] == a && passes_on(a) && place[a] >= 0)
            unused[free++] = place[a], last[a] = -1;
        });
      if (!uniform[i] && !needs_memory(i)) place[i] = -1;
      else place[i] = static_cast<short>(uniform[i] ? uniforms++ : free && passes_on(i) ? unused[--free] : places++);
    }
  }
};
} // namespace weft::ir
