// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/function_ref.hpp>

#include <limits>
#include <memory>

namespace weft {

/// Threads that share out numbered tasks. The calling thread works too, as worker 0, so a pool of one has no thread.
class pool {
public:
  explicit pool(int threads);
  ~pool();
  pool(const pool&) = delete;
  pool& operator=(const pool&) = delete;

  /// Calls `f(task, worker)` for every task in [0, tasks) and returns when all are done. Workers take the tasks in
  /// order; a worker number, below `threads()`, is held by one thread within a run. If a task throws, those not yet
  /// begun are dropped and the first exception is rethrown here. A run inside a task of a run that threads share, or
  /// while another thread's run is under way, or if the pool has grown to more threads than `most`, is done by its
  /// caller alone, as worker 0. Allocates nothing.
  void run(long tasks, function_ref<void(long task, int worker)> f, int most = std::numeric_limits<int>::max());

  int threads() const;
  /// Waits for a run under way; throws if threads < 1, or inside a task of one that threads share.
  void resize(int threads);

private:
  struct state;
  std::unique_ptr<state> state_;
};

/// A pool with room made for so many workers, however many threads it has by the time of a run.
struct crew {
  pool& of;
  int workers;
  void run(long tasks, function_ref<void(long task, int worker)> f) { of.run(tasks, f, workers); }
};

/// The pool that calls use unless they are given another; it starts with as many threads as the hardware runs at once.
pool& default_pool();

/// How many threads calls use: `set_threads(1)` keeps all work in the calling thread.
void set_threads(int n);
int threads();
} // namespace weft
