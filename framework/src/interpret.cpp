// SPDX-License-Identifier: BSL-1.0
#include "schedule.hpp"
#include "walk_region.hpp"

#include <cstring>

namespace weft::ir {

/// A pass, block by block: each instruction for a whole block, then the next.
template <class T> class interpreter {
  static constexpr int width = lanes<T>;
  using lane = lane_int<T>;
  using ints = packet<lane>;
  /// A piece of one row, or several whole rows.
  struct block {
    long row, rows;  ///< the first, and how many
    long from, each; ///< packets of a row: the first, and how many
    bool first;
    constexpr long packets() const { return rows * each; }
  };

  const region_pass& pass_;
  const lane_call<T>& call_;
  const instruction* instructions_;
  const schedule order_;
  const long room_; ///< packets of a block
  T* buffers_;
  const T* at_[most_instructions];
  int advance_[most_instructions]; ///< from packet to packet

public:
  interpreter(const plan_view& plan, const region_pass& pass, const lane_call<T>& call, T* buffers)
      : pass_(pass), call_(call), instructions_(plan.instructions.at + pass.first),
        order_(instructions_, pass.count, [this](int i) { return needs_memory(i); }),
        room_(order_.places ? std::clamp(interpreted_packets / order_.places, interpreted_block, interpreted_packets)
                            : std::max(1l, call.rows * call.packets)),
        buffers_(buffers) {}
  void run() {
    const long together = call_.packets > room_ ? 1 : std::max(1l, room_ / std::max(1l, call_.packets));
    bool first = true;
    for (long row = 0; row < call_.rows; row += together)
      for (long from = 0; from < call_.packets; from += room_, first = false)
        run({row, std::min(together, call_.rows - row), from, std::min(room_, call_.packets - from), first});
  }

private:
  /// Where rows lie one after another they are read and written in place.
  bool needs_memory(int i) const {
    const auto lie_apart = [&](long row_step, long advance) {
      return call_.rows > 1 && row_step != call_.packets * advance;
    };
    const instruction& x = instructions_[i];
    if (x.what == instruction::load) return x.repeated || lie_apart(call_.load_row[x.slot], width);
    if (is_stored_next(i)) return lie_apart(call_.store_row[instructions_[i + 1].slot], width);
    return x.what != instruction::store;
  }
  bool is_stored_next(int i) const {
    return instructions_[i].what == instruction::apply && i + 1 < pass_.count &&
           instructions_[i + 1].what == instruction::store && instructions_[i + 1].arg[0] == i;
  }
  void run(const block& b) {
    for (int i = 0; i < pass_.count; i++) {
      const instruction& x = instructions_[i];
      if (order_.computed[i] != i) continue;
      T* out = order_.uniform[i] ? buffers_ + (order_.places * room_ + order_.place[i]) * width
                                 : buffers_ + order_.place[i] * room_ * width;
      at_[i] = out, advance_[i] = width;
      if (order_.uniform[i] && !b.first) { // made with the first block; its buffer is written by no other
        advance_[i] = 0;
        continue;
      }
      switch (x.what) {
      case instruction::load: load_rows(i, b, out); break;
      case instruction::number:
        advance_[i] = 0;
        store(out, in_all_lanes<T>(lane_bits<T>(x.value, x.common)));
        break;
      case instruction::extent:
        advance_[i] = 0;
        store(out, bits_as<packet<T>>(broadcast<ints>(call_.extent[x.slot])));
        break;
      case instruction::index: number_places(x.slot, b, out); break;
      case instruction::apply: apply(i, b, out); break;
      case instruction::combine: combine(x, b, out); break;
      case instruction::store: store_rows(x, b); break;
      }
    }
  }

  void load_rows(int i, const block& b, T* out) {
    const instruction& x = instructions_[i];
    const long step = call_.load_row[x.slot], each = b.each;
    if (x.repeated) {
      const bool one = b.rows == 1 || step == 0;
      if (one) advance_[i] = 0;
      for (long r = 0; r < (one ? 1 : b.rows); r++)
        for (long k = 0; k < (one ? 1 : each); k++)
          store(out + (r * each + k) * width, broadcast<packet<T>>(call_.load[x.slot][(b.row + r) * step]));
      return;
    }
    const T* first = call_.load[x.slot] + b.row * step + b.from * width;
    if (b.rows == 1 || step == each * width) {
      at_[i] = first;
      return;
    }
    if (step == 0 && !b.first) return; // what all rows share is there already
    for (long r = 0; r < b.rows; r++)  // rows that lie apart, side by side
      for (long k = 0; k < each; k++) store(out + (r * each + k) * width, load(first + r * step + k * width));
  }
  void number_places(short slot, const block& b, T* out) {
    const ints within = iota<ints>() * broadcast<ints>(call_.index_lane[slot]);
    for (long k = 0; k < b.packets(); k++) {
      const lane first =
          static_cast<lane>(call_.index[slot] + static_cast<lane>(b.row + k / b.each) * call_.index_row[slot] +
                            static_cast<lane>(b.from + k % b.each) * call_.index_packet[slot]);
      store(out + k * width, bits_as<packet<T>>(ints(broadcast<ints>(first) + within)));
    }
  }
  void apply(int i, const block& b, T* out) {
    const instruction& x = instructions_[i];
    if (order_.uniform[i]) advance_[i] = 0;
    else if (is_stored_next(i)) { // at once where it goes
      const short slot = instructions_[i + 1].slot;
      if (b.rows == 1 || call_.store_row[slot] == b.each * width)
        at_[i] = out = call_.store[slot] + b.row * call_.store_row[slot] + b.from * width;
    }
    const int before = order_.before[i];
    if (before >= 0 && arithmetic_run<T>::knows(*x.op)) return arithmetic(i)(out, 0, b.packets());
    const auto& code = x.op->template code<T>(x.common);
    constexpr long piece = arithmetic_run<T>::many;
    alignas(64) T values[piece * width];
    const T* in[3]{};
    int steps[3]{};
    for (int j = 0; j < x.op->arity; j++) {
      const bool computed = x.arg[j] != before;
      in[j] = computed ? at_[x.arg[j]] : values, steps[j] = computed ? advance_[x.arg[j]] : width;
    }
    if (before < 0) return code.block(out, in, steps, order_.uniform[i] ? 1 : b.packets());
    // a function of arithmetic: piece by piece, so that memory comes for the next while the function is computed
    const arithmetic_run<T> run = arithmetic(before);
    for (long from = 0; from < b.packets(); from += piece, out += piece * width) {
      const long n = std::min(piece, b.packets() - from);
      run(values, from, n);
      code.block(out, in, steps, n);
      for (int j = 0; j < x.op->arity; j++)
        if (in[j] != values) in[j] += piece * steps[j];
    }
  }
  arithmetic_run<T> arithmetic(int last) const {
    arithmetic_run<T> run;
    for (int k = last; k >= 0; k = order_.before[k]) run.prepend(instructions_[k], order_.before[k], at_, advance_);
    return run;
  }
  void combine(const instruction& x, const block& b, T* out) {
    const auto& code = x.op->template code<T>(x.common);
    const int step = advance_[x.arg[0]];
    for (long r = 0; r < b.rows; r++) {
      const T* in = at_[x.arg[0]] + r * b.each * step;
      if (!pass_.along) {
        T* total = call_.combine[x.slot] + b.from * width;
        const T* both[2]{total, in};
        const int steps[2]{width, step};
        code.block(total, both, steps, b.each);
        continue;
      }
      T* queued = call_.combine[x.slot] + (b.row + r) * queue * width;
      const long whole = std::min(b.each, std::max(0l, (call_.valid - b.from * width) / width));
      code.fold(queued, queue, in, step, whole);
      for (long k = whole; k < b.each; k++) { // the last packet, without the lanes past the end
        store(out, counted<T>(load(in + k * step), call_.valid - (b.from + k) * width, x.op->neutral, x.common));
        code.fold(queued, queue, out, 0, 1);
      }
    }
  }
  void store_rows(const instruction& x, const block& b) {
    const int step = advance_[x.arg[0]];
    for (long r = 0; r < b.rows; r++) {
      T* to = call_.store[x.slot] + (b.row + r) * call_.store_row[x.slot] + b.from * width;
      const T* in = at_[x.arg[0]] + r * b.each * step;
      if (in == to) continue;
      if (step) std::memcpy(to, in, static_cast<std::size_t>(b.each * width) * sizeof(T));
      else
        for (long k = 0; k < b.each; k++) store(to + k * width, load(in));
    }
  }
};

template <class T> void interpret(const plan_view& plan, const region_pass& pass, const lane_call<T>& call,
                                  T* buffers) {
  interpreter<T>(plan, pass, call, buffers).run();
}
template void interpret<float>(const plan_view&, const region_pass&, const lane_call<float>&, float*);
template void interpret<double>(const plan_view&, const region_pass&, const lane_call<double>&, double*);
} // namespace weft::ir
