// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

namespace weft::ir {

/// What a run of few calls did, so that later ones do it again without a walk through the plan, while their tensors and
/// their memory lie where they lay: function objects, which hold the numbers and places that they work with.
class tape {
  static constexpr std::size_t most_calls = 256, most_bytes = 64 * 1024, alignment = alignof(std::max_align_t);
  static constexpr int most_attempts = 4; ///< with the same places: what has met nothing new by then will not end
  struct call {
    void (*run)(const void*);
    const void* with;
  };
  enum : std::uint8_t { nothing, unfinished, complete } holds_ = nothing;
  std::vector<call> calls_;
  std::unique_ptr<std::byte[]> memory_;
  std::size_t used_ = 0;
  std::vector<const void*> places_; ///< of the last run
  int attempts_ = 0;

  void* take(std::size_t bytes) {
    if (used_ + bytes > most_bytes) return give_up(), nullptr;
    void* p = memory_.get() + used_;
    used_ += (bytes + alignment - 1) / alignment * alignment;
    return p;
  }

public:
  /// Room to record in, for runs with so many places.
  void make_room(std::size_t places) {
    if (memory_) return;
    calls_.reserve(most_calls), places_.reserve(places);
    memory_ = std::make_unique_for_overwrite<std::byte[]>(most_bytes);
  }
  /// Begins a run with the places that each_place calls its argument with. True if the tape holds all that it has to
  /// do; else the run is to be recorded if `records` says so.
  template <class Each> bool begin_run(Each each_place) {
    if (!memory_) return false;
    bool same = true;
    std::size_t n = 0;
    each_place([&](const void* p) {
      if (n == places_.size()) places_.push_back(nullptr);
      same = same && places_[n] == p;
      places_[n++] = p;
    });
    if (same && holds_ == complete) return true;
    if (!same) attempts_ = 0;
    const bool again = same && attempts_ < most_attempts;
    holds_ = again ? unfinished : nothing;
    attempts_ += again;
    calls_.clear(), used_ = 0;
    return false;
  }
  void run() const {
    for (const call& c : calls_) c.run(c.with);
  }
  /// Whether the run at hand is recorded; then it ends with `finish`.
  bool records() const { return holds_ == unfinished; }
  void finish() {
    if (records()) holds_ = complete;
  }
  bool is_complete() const { return holds_ == complete; }
  /// Something is done that a tape can't hold.
  void give_up() { holds_ = nothing; }

  template <class F> void add(const F& f) {
    static_assert(std::is_trivially_copyable_v<F> && alignof(F) <= alignment);
    if (!records()) return;
    if (calls_.size() == most_calls) return give_up();
    if (void* p = take(sizeof(F)))
      calls_.push_back({[](const void* with) { (*static_cast<const F*>(with))(); }, new (p) F(f)});
  }
  /// A list that a call is made with, kept as it is now.
  template <class X> void keep(const X*& list, int n) {
    const auto bytes = static_cast<std::size_t>(n) * sizeof(X);
    if (!records() || n == 0) return;
    if (void* p = take(bytes)) list = static_cast<const X*>(std::memcpy(p, list, bytes));
  }
};

/// Does something, and puts it onto a tape if there is one. `f` is called again when what called `act` has returned: it
/// holds values, and pointers into memory whose places `begin_run` compares. All that a run does that can be recorded
/// goes through here, or a later run would leave it out.
template <class F> [[gnu::always_inline]] inline void act(tape* onto, const F& f) {
  f();
  if (onto) onto->add(f);
}
} // namespace weft::ir
