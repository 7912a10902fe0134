// SPDX-License-Identifier: BSL-1.0
#include <weft/run/error.hpp>
#include <weft/run/pool.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace weft {
namespace {
thread_local bool inside_task = false;

constexpr std::uint32_t open = 1u << 31; // the bit of `entry_` that lets workers in

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Waits until `ready(value)`, which it returns: spins for about 50 us, because the next run is often close, then
/// sleeps.
template <class Ready> std::uint32_t wait_for(const std::atomic<std::uint32_t>& a, Ready ready) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::microseconds(50);
  do
    for (int i = 0; i < 64; i++) {
      const std::uint32_t value = a.load(std::memory_order_acquire);
      if (ready(value)) return value;
      pause();
    }
  while (std::chrono::steady_clock::now() < patience);
  for (;;) {
    const std::uint32_t value = a.load(std::memory_order_acquire);
    if (ready(value)) return value;
    a.wait(value, std::memory_order_acquire);
  }
}

int checked(int threads) {
  if (threads < 1) throw error("pool: ", threads, " threads can't do any work; 1 or more can");
  return threads;
}
} // namespace

struct pool::state {
  explicit state(int threads) { start(threads); }
  ~state() { stop(); }

  void start(int threads);
  void stop();
  void share(long tasks, const function_ref<void(long, int)>& f);
  void serve(int worker, std::uint32_t seen);
  void take_tasks(int worker);

  std::mutex running; // held by the thread whose run the workers serve
  std::atomic<int> threads{1};
  std::vector<std::thread> workers;
  std::atomic<bool> stopping{false};

  // The run under way: written only while `entry` is closed and nobody is inside.
  const function_ref<void(long, int)>* task = nullptr;
  long tasks = 0;
  std::exception_ptr failure;
  std::atomic<bool> failed{false};

  alignas(64) std::atomic<long> next{0};               // the task to take
  alignas(64) std::atomic<std::uint32_t> run_count{0}; // workers sleep on it
  alignas(64) std::atomic<std::uint32_t> entry{0};     // how many workers are inside, and whether more may enter
};

void pool::state::start(int n) {
  stopping = false;
  const std::uint32_t seen = run_count;
  try {
    for (int worker = 1; worker < n; worker++) workers.emplace_back([this, worker, seen] { serve(worker, seen); });
  } catch (const std::system_error& e) {
    stop();
    throw error("pool: ", n, " threads can't be started (", e.code().message(), "); there is 1 now, ask for fewer");
  }
  threads = n;
}

void pool::state::stop() {
  threads = 1;
  stopping = true;
  run_count.fetch_add(1);
  run_count.notify_all();
  for (std::thread& w : workers) w.join();
  workers.clear();
}

void pool::state::share(long n, const function_ref<void(long, int)>& f) {
  task = &f;
  tasks = n;
  next.store(0, std::memory_order_relaxed);
  entry.fetch_or(open);
  run_count.fetch_add(1);
  run_count.notify_all();

  take_tasks(0);

  // No task is left to take. Workers still asleep will find the entry closed, so only those inside are waited for.
  entry.fetch_and(~open);
  wait_for(entry, [](std::uint32_t inside) { return inside == 0; });
  if (failed.exchange(false)) std::rethrow_exception(std::exchange(failure, nullptr));
}

void pool::state::serve(int worker, std::uint32_t seen) {
  for (;;) {
    seen = wait_for(run_count, [seen](std::uint32_t count) { return count != seen; });
    if (stopping) return;
    if (entry.fetch_add(1) & open) take_tasks(worker);
    if (entry.fetch_sub(1) == 1) entry.notify_all();
  }
}

void pool::state::take_tasks(int worker) {
  inside_task = true;
  try {
    for (long i; (i = next.fetch_add(1, std::memory_order_relaxed)) < tasks;) (*task)(i, worker);
  } catch (...) {
    next.store(tasks, std::memory_order_relaxed);
    if (!failed.exchange(true)) failure = std::current_exception();
  }
  inside_task = false;
}

pool::pool(int threads) : state_(std::make_unique<state>(checked(threads))) {}
pool::~pool() = default;

void pool::run(long tasks, function_ref<void(long, int)> f, int most) {
  if (tasks > 1 && !inside_task && threads() > 1) {
    std::unique_lock lock(state_->running, std::try_to_lock);
    if (const int n = threads(); lock && n > 1 && n <= most) return state_->share(tasks, f);
  }
  for (long i = 0; i < tasks; i++) f(i, 0);
}

int pool::threads() const { return state_->threads.load(std::memory_order_relaxed); }

void pool::resize(int threads) {
  checked(threads);
  if (inside_task) throw error("pool: the number of threads can't change inside a task; set it before the run");
  std::lock_guard lock(state_->running);
  if (threads == this->threads()) return;
  state_->stop();
  state_->start(threads);
}

pool& default_pool() {
  static pool p(std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
  return p;
}

void set_threads(int n) { default_pool().resize(n); }
int threads() { return default_pool().threads(); }
} // namespace weft
