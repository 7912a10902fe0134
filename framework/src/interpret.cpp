// SPDX-License-Identifier: BSL-1.0
#include "schedule.hpp"
#include "walk_region.hpp"

#include <cstring>

namespace weft::ir {

template <class T> void interpret(const plan_view& plan, const region_pass& pass, const lane_call<T>& call,
                                  T* buffers) {
  constexpr int width = lanes<T>;
  using lane = lane_int<T>;
  using ints = packet<lane>;
  const T* at[most_instructions];
  int advance[most_instructions];
  const instruction* instructions = plan.instructions.at + pass.first;
  const schedule order(instructions, pass.count);
  const long block =
      std::clamp(interpreted_packets / std::max(1, order.places), interpreted_block, interpreted_packets);
  T* uniforms = buffers + order.places * block * width;
  // A block is a piece of one row, or several whole rows.
  const long pieces = std::max(1l, (call.packets + block - 1) / block);
  const long together = pieces > 1 ? 1 : std::max(1l, block / std::max(1l, call.packets));
  for (long row = 0, b = 0; row < call.rows; row += together)
    for (long from = 0; from < call.packets; from += block, b++) {
      const long rows = std::min(together, call.rows - row), each = std::min(block, call.packets - from);
      const long n = rows * each;
      for (int i = 0; i < pass.count; i++) {
        const instruction& x = instructions[i];
        if (order.computed[i] != i) continue;
        T* out = order.uniform[i] ? uniforms + order.place[i] * width : buffers + order.place[i] * block * width;
        at[i] = out, advance[i] = width;
        if (order.uniform[i] && b > 0) { // made with the first block; its buffer is written by no other
          advance[i] = 0;
          continue;
        }
        switch (x.what) {
        case instruction::load: {
          const T* first = call.load[x.slot] + row * call.load_row[x.slot] + from * call.advance[x.slot];
          const long step = call.load_row[x.slot];
          advance[i] = call.advance[x.slot];
          if (rows == 1 || step == each * advance[i]) at[i] = first;
          else if (step != 0 || b == 0 || pieces > 1) { // rows that lie apart, side by side; what they share, once
            for (long r = 0; r < rows; r++)
              for (long k = 0; k < each; k++)
                store(out + (r * each + k) * width, load(first + r * step + k * advance[i]));
            advance[i] = width;
          } else advance[i] = width;
          break;
        }
        case instruction::number:
          advance[i] = 0;
          if (x.common == real) store(out, broadcast<packet<T>>(static_cast<T>(x.value)));
          else
            store(out, bits_as<packet<T>>(
                           broadcast<ints>(static_cast<lane>(x.common == boolean ? -(x.value != 0) : x.value))));
          break;
        case instruction::extent:
          advance[i] = 0;
          store(out, bits_as<packet<T>>(broadcast<ints>(call.extent[x.slot])));
          break;
        case instruction::index: {
          const ints within = iota<ints>() * broadcast<ints>(call.index_lane[x.slot]);
          for (long k = 0; k < n; k++) {
            const lane first =
                static_cast<lane>(call.index[x.slot] + static_cast<lane>(row + k / each) * call.index_row[x.slot] +
                                  static_cast<lane>(from + k % each) * call.index_packet[x.slot]);
            store(out + k * width, bits_as<packet<T>>(ints(broadcast<ints>(first) + within)));
          }
          break;
        }
        case instruction::apply: {
          if (order.uniform[i]) advance[i] = 0;
          else if (i + 1 < pass.count && instructions[i + 1].what == instruction::store &&
                   instructions[i + 1].arg[0] == i) { // at once where it goes
            const short slot = instructions[i + 1].slot;
            if (rows == 1 || call.store_row[slot] == each * width)
              at[i] = out = call.store[slot] + row * call.store_row[slot] + from * width;
          }
          if (order.before[i] >= 0) {
            arithmetic_run<T> run;
            for (int k = i; k >= 0; k = order.before[k]) run.prepend(instructions[k], order.before[k], at, advance);
            run(out, n);
            break;
          }
          const T* in[3]{};
          int steps[3]{};
          for (int j = 0; j < x.op->arity; j++) in[j] = at[x.arg[j]], steps[j] = advance[x.arg[j]];
          x.op->template code<T>(x.common).block(out, in, steps, order.uniform[i] ? 1 : n);
          break;
        }
        case instruction::combine: {
          const auto& code = x.op->template code<T>(x.common);
          const int step = advance[x.arg[0]];
          for (long r = 0; r < rows; r++) {
            const T* in = at[x.arg[0]] + r * each * step;
            if (!pass.along) {
              T* total = call.combine[x.slot] + from * width;
              const T* both[2]{total, in};
              const int steps[2]{width, step};
              code.block(total, both, steps, each);
              continue;
            }
            T* queued = call.combine[x.slot] + (row + r) * queue * width;
            const long whole = std::min(each, std::max(0l, (call.valid - from * width) / width));
            code.fold(queued, queue, in, step, whole);
            for (long k = whole; k < each; k++) { // the last packet, without the lanes past the end
              store(out, counted<T>(load(in + k * step), call.valid - (from + k) * width, x.op->neutral, x.common));
              code.fold(queued, queue, out, 0, 1);
            }
          }
          break;
        }
        case instruction::store:
          for (long r = 0; r < rows; r++) {
            T* to = call.store[x.slot] + (row + r) * call.store_row[x.slot] + from * width;
            const T* in = at[x.arg[0]] + r * each * advance[x.arg[0]];
            if (in == to) continue;
            if (advance[x.arg[0]]) std::memcpy(to, in, static_cast<std::size_t>(each * width) * sizeof(T));
            else
              for (long k = 0; k < each; k++) store(to + k * width, load(in));
          }
          break;
        }
      }
    }
}
template void interpret<float>(const plan_view&, const region_pass&, const lane_call<float>&, float*);
template void interpret<double>(const plan_view&, const region_pass&, const lane_call<double>&, double*);
} // namespace weft::ir
