// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE pool
#include "runtime/refused.hpp"
#include <support/counted_memory.hpp>

#include <weft/run/pool.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>
#include <vector>

using namespace weft;

BOOST_AUTO_TEST_CASE(every_task_runs_once) {
  for (int threads : {1, 2, 4}) {
    pool p(threads);
    BOOST_TEST(p.threads() == threads);
    for (long tasks : {0, 1, 2, 3, 100, 1000}) {
      std::vector<std::atomic<int>> runs(static_cast<std::size_t>(tasks));
      std::atomic<int> outside{0};
      p.run(tasks, [&](long task, int worker) {
        runs[static_cast<std::size_t>(task)]++;
        outside += worker < 0 || worker >= threads;
      });
      for (auto& r : runs) BOOST_TEST(r == 1);
      BOOST_TEST(outside == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(many_short_runs) {
  pool p(4);
  long total = 0;
  for (int i = 0; i < 5000; i++) {
    std::atomic<long> sum{0};
    p.run(7, [&](long task, int) { sum += task; });
    total += sum;
  }
  BOOST_TEST(total == 5000 * 21);
}

BOOST_AUTO_TEST_CASE(sleeping_workers_wake) {
  pool p(2);
  for (int i = 0; i < 20; i++) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1)); // well past the spinning
    // Each of two tasks waits for the other, so this ends only if both workers take part.
    std::atomic<int> inside{0};
    p.run(2, [&](long, int) {
      inside++;
      while (inside < 2) std::this_thread::yield();
    });
    BOOST_TEST(inside == 2);
  }
}

BOOST_AUTO_TEST_CASE(a_worker_number_belongs_to_one_thread_in_a_run) {
  pool p(4);
  std::atomic<int> busy[4]{};
  std::atomic<int> clashes{0};
  p.run(200, [&](long, int worker) {
    clashes += busy[worker]++ != 0;
    std::this_thread::yield();
    busy[worker]--;
  });
  BOOST_TEST(clashes == 0);
}

BOOST_AUTO_TEST_CASE(the_first_exception_reaches_the_caller) {
  for (int threads : {1, 4}) {
    pool p(threads);
    for (int i = 0; i < 50; i++) {
      std::atomic<long> done{0};
      const auto fail = [&] {
        p.run(100000, [&](long task, int) {
          if (task == 10) throw error("task ", task, " failed");
          done++;
        });
      };
      BOOST_TEST(refused(fail) == "task 10 failed");
      BOOST_TEST(done >= 10 * (threads == 1));
      BOOST_TEST(done < 99999); // what had not begun was dropped
    }
    std::atomic<long> sum{0};
    p.run(10, [&](long task, int) { sum += task; }); // and the pool still works
    BOOST_TEST(sum == 45);
  }
}

BOOST_AUTO_TEST_CASE(a_run_inside_a_task_is_done_by_its_worker) {
  pool p(4), other(2);
  std::atomic<long> sum{0};
  std::atomic<int> strayed{0};
  p.run(20, [&](long, int) {
    const auto self = std::this_thread::get_id();
    for (pool* inner : {&p, &other})
      inner->run(10, [&](long task, int worker) {
        sum += task;
        strayed += std::this_thread::get_id() != self || worker != 0;
      });
  });
  BOOST_TEST(sum == 20 * 2 * 45);
  BOOST_TEST(strayed == 0);
}

BOOST_AUTO_TEST_CASE(several_threads_may_run_at_once) {
  pool p(3);
  std::atomic<long> sum{0};
  std::vector<std::thread> users;
  for (int u = 0; u < 4; u++)
    users.emplace_back([&] {
      for (int i = 0; i < 500; i++) p.run(20, [&](long task, int) { sum += task; });
    });
  for (auto& u : users) u.join();
  BOOST_TEST(sum == 4L * 500 * 190);
}

BOOST_AUTO_TEST_CASE(a_run_allocates_nothing) {
  pool p(3);
  std::atomic<long> sum{0};
  const auto task = [&](long i, int) { sum += i; };
  p.run(10, task);
  const long before = support::allocations;
  for (int i = 0; i < 100; i++) p.run(10, task);
  const long after = support::allocations;
  BOOST_TEST(after == before);
}

BOOST_AUTO_TEST_CASE(the_number_of_threads_is_a_setting) {
  BOOST_TEST(threads() >= 1);
  set_threads(3);
  BOOST_TEST(threads() == 3);
  BOOST_TEST(default_pool().threads() == 3);
  std::atomic<long> sum{0};
  default_pool().run(100, [&](long task, int) { sum += task; });
  set_threads(1);
  const auto self = std::this_thread::get_id();
  std::atomic<int> strayed{0};
  default_pool().run(100, [&](long task, int) {
    sum += task;
    strayed += std::this_thread::get_id() != self;
  });
  BOOST_TEST(strayed == 0);
  set_threads(2);
  default_pool().run(100, [&](long task, int) { sum += task; });
  BOOST_TEST(sum == 3 * 4950);

  BOOST_TEST(refused([] { set_threads(0); }) == "pool: 0 threads can't do any work; 1 or more can");
  BOOST_TEST(refused([] { pool p(-4); }) == "pool: -4 threads can't do any work; 1 or more can");
  BOOST_TEST(refused([] { default_pool().run(4, [](long, int) { set_threads(4); }); }) ==
             "pool: the number of threads can't change inside a task; set it before the run");
  BOOST_TEST(threads() == 2);
}

/// Who has made room for two workers isn't given a third that joined the pool later.
BOOST_AUTO_TEST_CASE(a_crew_has_no_more_workers_than_it_has_room_for) {
  pool p(2);
  crew of_two{p, p.threads()};
  const auto most = [&] {
    std::atomic<int> largest{0};
    std::atomic<long> sum{0};
    for (int i = 0; i < 50; i++)
      of_two.run(20, [&](long task, int worker) {
        sum += task;
        for (int seen = largest; seen < worker && !largest.compare_exchange_weak(seen, worker);) {}
      });
    BOOST_TEST(sum == 50 * 190);
    return largest.load();
  };
  BOOST_TEST(most() <= 1);
  p.resize(4);
  BOOST_TEST(most() == 0);
}

BOOST_AUTO_TEST_CASE(the_number_of_threads_may_change_while_others_run) {
  pool p(2);
  std::atomic<long> sum{0};
  std::thread user([&] {
    for (int i = 0; i < 300; i++) p.run(20, [&](long task, int) { sum += task; });
  });
  for (int i = 0; i < 30; i++) p.resize(1 + i % 3);
  user.join();
  BOOST_TEST(sum == 300 * 190);
}
