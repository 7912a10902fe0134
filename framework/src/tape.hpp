// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

namespace weft::ir {

/// What a tape has room for.
struct tape_room {
  std::size_t calls = 0, bytes = 0, moves = 0;
  constexpr tape_room& operator+=(const tape_room& more) {
    calls += more.calls, bytes += more.bytes, moves += more.moves;
    return *this;
  }
  constexpr tape_room operator*(std::size_t n) const { return {n * calls, n * bytes, n * moves}; }
};

/// What a walk through a plan did, so that it is done again without the walk: function objects, which hold the numbers
/// and places that they work with. What can lie elsewhere the next time is followed there.
class tape {
  static constexpr std::size_t alignment = alignof(std::max_align_t);
  struct call {
    void (*run)(const void* with, void* walk);
    const void* with;
  };
  /// A pointer in a call, so far behind where some memory begins.
  struct move {
    void* pointer;
    void* const* memory;
    long bytes;
  };
  enum : std::uint8_t { nothing, unfinished, complete, refused } holds_ = nothing;
  bool follows_ = false;
  tape_room room_;
  std::vector<call> calls_;
  std::vector<move> moves_;
  std::unique_ptr<std::byte[]> memory_;
  std::size_t used_ = 0;

  void* take(std::size_t bytes) {
    if (used_ + bytes > room_.bytes) return give_up(), nullptr;
    void* p = memory_.get() + used_;
    used_ += (bytes + alignment - 1) / alignment * alignment;
    return p;
  }

public:
  /// None is made later.
  void make_room(const tape_room& room) {
    room_ = room;
    calls_.reserve(room.calls), moves_.reserve(room.moves);
    memory_ = std::make_unique_for_overwrite<std::byte[]>(room.bytes);
    erase();
  }
  bool has_room() const { return memory_ != nullptr; }
  void erase() { holds_ = nothing; }
  /// What is done from here to `finish` is recorded. With `follows` what lies in memory that moves is followed.
  void begin(bool follows) {
    holds_ = unfinished, follows_ = follows;
    calls_.clear(), moves_.clear(), used_ = 0;
  }
  void finish() {
    if (records()) holds_ = complete;
  }
  /// Something is done that a tape can't hold, or has no room for: a second attempt would end so too.
  void give_up() { holds_ = refused; }
  bool records() const { return holds_ == unfinished; }
  bool follows() const { return follows_; }
  bool is_complete() const { return holds_ == complete; }
  bool is_refused() const { return holds_ == refused; }

  /// `walk`: what calls that ask for it get.
  void run(void* walk = nullptr) const {
    for (const move& m : moves_) {
      const void* now = static_cast<const char*>(*m.memory) + m.bytes;
      std::memcpy(m.pointer, &now, sizeof now);
    }
    for (const call& c : calls_) c.run(c.with, walk);
  }
  /// Adds a call of f(), or of f(walk). Returns the copy that the tape holds, or null.
  template <class F> F* add(const F& f) {
    static_assert(std::is_trivially_copyable_v<F> && alignof(F) <= alignment);
    if (!records()) return nullptr;
    if (calls_.size() == room_.calls) return give_up(), nullptr;
    void* p = take(sizeof(F));
    if (!p) return nullptr;
    calls_.push_back({[](const void* with, void* walk) {
                        if constexpr (std::is_invocable_v<const F&>) (*static_cast<const F*>(with))();
                        else (*static_cast<const F*>(with))(walk);
                      },
                      p});
    return new (p) F(f);
  }
  /// Keeps the list that a call is made with as it is now. Returns the copy, or null.
  template <class X> X* keep(const X*& list, int n) {
    const auto bytes = static_cast<std::size_t>(n) * sizeof(X);
    void* p = records() && n ? take(bytes) : nullptr;
    if (p) list = static_cast<const X*>(std::memcpy(p, list, bytes));
    return static_cast<X*>(p);
  }
  /// A pointer that the tape holds points into memory that begins at `memory`, and moves with it.
  template <class X> void follow(X*& pointer, void* const& memory) {
    if (!records() || !follows_) return;
    if (moves_.size() == room_.moves) return give_up();
    moves_.push_back({&pointer, &memory, reinterpret_cast<const char*>(pointer) - static_cast<const char*>(memory)});
  }
};

/// Does something, and puts it onto a tape if there is one. `f` is called again when what called `act` has returned: it
/// holds values, and pointers into memory that stays where it is or is followed. All that a walk does that can be
/// recorded goes through here, or what the tape does later would lack it. Returns the copy that the tape holds, or
/// null.
template <class F> [[gnu::always_inline]] inline F* act(tape* onto, const F& f) {
  f();
  return onto ? onto->add(f) : nullptr;
}

/// Tapes of what is done time and again in the same few forms: of each of the last ones that came more than once.
template <class Form> class tapes {
  struct kept {
    Form form{};
    tape what;
    bool met = false;
    long used = 0; ///< the number of the search that found it last
  };
  std::vector<kept> all_;
  std::size_t last_ = 0;
  long searches_ = 0;

public:
  void make_room(std::size_t forms, const tape_room& room) {
    all_ = std::vector<kept>(forms);
    for (kept& k : all_) k.what.make_room(room);
  }
  /// That of a form: complete, or about to record with `follow`; null if there is none.
  tape* find(const Form& form) {
    if (all_.empty()) return nullptr;
    if (!all_[last_].met || all_[last_].form != form) {
      std::size_t oldest = 0, i = 0;
      for (; i < all_.size() && !(all_[i].met && all_[i].form == form); i++)
        if (all_[i].used < all_[oldest].used) oldest = i;
      last_ = i < all_.size() ? i : oldest;
      if (i == all_.size()) {
        all_[last_].what.erase(), all_[last_].form = form, all_[last_].met = true, all_[last_].used = ++searches_;
        return nullptr;
      }
    }
    kept& k = all_[last_];
    k.used = ++searches_;
    if (k.what.is_refused()) return nullptr;
    if (!k.what.is_complete()) k.what.begin(true);
    return &k.what;
  }
};

/// A tape of runs that do the same while their tensors and their memory lie where they lay.
class run_tape {
  static constexpr tape_room most{256, 64 * 1024, 0};
  tape what_;
  std::vector<const void*> places_; ///< of the last run

public:
  /// For runs with so many places.
  void make_room(std::size_t places) {
    if (what_.has_room()) return;
    what_.make_room(most);
    places_.reserve(places);
  }
  /// Begins a run with the places that each_place calls its argument with. True if the tape holds all that it has to
  /// do; else the run is to be recorded if `records` says so.
  template <class Each> bool begin_run(Each each_place) {
    if (!what_.has_room()) return false;
    bool same = true;
    std::size_t n = 0;
    each_place([&](const void* p) {
      if (n == places_.size()) places_.push_back(nullptr);
      same = same && places_[n] == p;
      places_[n++] = p;
    });
    if (!same) what_.erase();
    else if (!what_.is_complete() && !what_.is_refused()) what_.begin(false);
    return what_.is_complete();
  }
  tape* recording() { return what_.records() ? &what_ : nullptr; }
  bool is_complete() const { return what_.is_complete(); }
  void run() const { what_.run(); }
};
} // namespace weft::ir
