// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE program_run
#include <support/counted_memory.hpp>
#include <support/leaves.hpp>

#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>
#include <utility>

namespace demo {
using namespace weft;
using support::difference, support::same_bits;

constexpr axis<"batch"> batch;
constexpr axis<"head", 4> head;
constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr feature<"d"> d;
constexpr axis<"n"> n;
constexpr axis<"rows_too", 16> columns_of_rows;

constexpr auto causal = [](expr q, expr k, expr v, expr slope) {
  expr scores = contract(q, k, d) * rsqrt(extent(d)) + slope * (index(key) - index(query));
  scores = where(index(query) >= index(key), scores, -infinity);
  return contract(softmax(scores, key), v, key);
};
constexpr auto loss = [](expr q, expr k, expr v, expr slope) {
  expr o = causal(q, k, v, slope);
  return mean(o * o, {batch, head, query, d});
};
constexpr auto q_arg = arg<"q">(batch, head, query, d);
constexpr auto k_arg = arg<"k">(batch, head, key, d);
constexpr auto v_arg = arg<"v">(batch, head, key, d);
constexpr auto slope_arg = arg<"slope">(head);
constexpr auto attend = compile(causal, q_arg, k_arg, v_arg, slope_arg);
constexpr auto gradients = compile(value_and_grad(loss, wrt<0, 1, 2, 3>), q_arg, k_arg, v_arg, slope_arg);
constexpr auto mixed =
    compile([](expr x, expr ids, expr mask) { return std::tuple{where(mask, x, 0.0), ids + 1, x > 0.5}; }, arg<"x">(n),
            arg<"ids", integer>(n), arg<"mask", boolean>(n));
constexpr auto doubled = compile([](expr x) { return x * 2; }, arg<"x">(n));

template <class T> struct inputs {
  tensor<T> q, k, v, slope;
  explicit inputs(long queries = 19, long keys = 19, long width = 24)
      : q(normal(tensor<T>(batch(3), head, query(queries), d(width)), 1)),
        k(normal(tensor<T>(batch(3), head, key(keys), d(width)), 2)),
        v(normal(tensor<T>(batch(3), head, key(keys), d(width)), 3)), slope(normal(tensor<T>(head), 4)) {}
};
template <class F> std::string message_of(F f) {
  try {
    f();
  } catch (const error& e) { return e.what(); }
  return "nothing was thrown";
}
} // namespace demo

using namespace demo;

BOOST_AUTO_TEST_CASE(reference_interpreted_and_compiled_agree) {
  for (long size : {1, 7, 19, 64, 130}) {
    inputs<double> x(size, size, size < 20 ? size + 4 : 16);
    const auto forward = attend.reference(x.q, x.k, x.v, x.slope);
    BOOST_TEST(difference(forward, attend.interpreted(x.q, x.k, x.v, x.slope)) < 1e-12);
    BOOST_TEST(same_bits(attend.interpreted(x.q, x.k, x.v, x.slope), attend(x.q, x.k, x.v, x.slope)));
    const auto g = gradients.reference(x.q, x.k, x.v, x.slope);
    BOOST_TEST(difference(g, gradients.interpreted(x.q, x.k, x.v, x.slope)) < 1e-12);
    BOOST_TEST(same_bits(gradients.interpreted(x.q, x.k, x.v, x.slope), gradients(x.q, x.k, x.v, x.slope)));
    inputs<float> y(size, size, size < 20 ? size + 4 : 16);
    BOOST_TEST(difference(gradients.reference(y.q, y.k, y.v, y.slope), gradients(y.q, y.k, y.v, y.slope)) < 2e-5);
    BOOST_TEST(same_bits(gradients.interpreted(y.q, y.k, y.v, y.slope), gradients(y.q, y.k, y.v, y.slope)));
  }
}

/// The first run of a plan is shared among the threads already.
namespace demo {
/// The identity; the first thread that comes waits for a second one, for some seconds.
struct shared_op : elementwise<1> {
  static constexpr std::string_view name = "shared";
  static inline std::atomic<int> threads{0};
  static auto eval(auto x) {
    static const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    thread_local bool counted = false;
    if (!std::exchange(counted, true)) threads++;
    while (threads < 2 && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
    return x;
  }
};
} // namespace demo
BOOST_AUTO_TEST_CASE(the_first_run_has_all_threads) {
  set_threads(2);
  const auto p = build([](expr x) { return ir::unary<shared_op>(x); }, arg<"x">(n));
  const tensor<double> x(n(100000));
  tensor<double> y(n(100000));
  ir::machine(p.data(), policy::interpreted).run({x.ref()}, {y.ref()});
  BOOST_TEST(shared_op::threads == 2);
}

/// The four plans that were used last are kept.
BOOST_AUTO_TEST_CASE(plans_are_kept_by_their_last_use) {
  const auto p = build([](expr x) { return x * 2; }, arg<"x">(n));
  ir::machine m(p.data(), policy::interpreted);
  std::vector<tensor<float>> x, y;
  for (long size = 1; size <= 5; size++) x.emplace_back(n(size)), y.emplace_back(n(size));
  const auto use = [&](std::size_t k) { m.plan({x[k].ref()}, {y[k].ref()}); };
  for (const std::size_t k : {0u, 1u, 2u, 3u, 0u, 4u}) use(k);
  for (const std::size_t k : {0u, 2u, 3u, 4u}) BOOST_TEST(m.fits({x[k].ref()}, {y[k].ref()}), k);
  BOOST_TEST(!m.fits({x[1].ref()}, {y[1].ref()}));
}

BOOST_AUTO_TEST_CASE(any_number_of_threads_gives_the_same_bits) {
  inputs<float> x(150, 150, 32);
  set_threads(1);
  const auto one = gradients(x.q, x.k, x.v, x.slope);
  for (int t : {2, 3}) {
    set_threads(t);
    BOOST_TEST(same_bits(one, gradients(x.q, x.k, x.v, x.slope)));
    BOOST_TEST(same_bits(one, gradients.interpreted(x.q, x.k, x.v, x.slope)));
  }
  set_threads(2);
}

BOOST_AUTO_TEST_CASE(a_bound_run_allocates_nothing_and_follows_its_tensors) {
  inputs<float> x(40, 40, 16);
  auto run = gradients.bind(x.q, x.k, x.v, x.slope);
  run();
  const auto first = gradients(x.q, x.k, x.v, x.slope);
  const long before = support::allocations;
  for (int i = 0; i < 5; i++) run();
  BOOST_TEST(support::allocations - before == 0);
  BOOST_TEST(same_bits(run.result(), first));
  normal(x.q, 77);
  run();
  BOOST_TEST(same_bits(run.result(), gradients(x.q, x.k, x.v, x.slope)));
  // other extents plan anew; going back does not
  inputs<float> larger(50, 33, 16);
  x = larger;
  run();
  BOOST_TEST(same_bits(run.result(), gradients(larger.q, larger.k, larger.v, larger.slope)));
}

BOOST_AUTO_TEST_CASE(what_runs_keep_follows_memory_that_moves) {
  for (const long size : {5, 40}) {
    inputs<float> x(size, size, 8), other(size, size, 8);
    for (tensor<float>* t : {&other.q, &other.k, &other.v, &other.slope}) normal(*t, 8);
    auto run = gradients.bind(x.q, x.k, x.v, x.slope);
    for (int i = 0; i < 3; i++) run();
    BOOST_TEST(same_bits(run.result(), gradients(x.q, x.k, x.v, x.slope)));
    x = std::move(other);
    run();
    BOOST_TEST(same_bits(run.result(), gradients(x.q, x.k, x.v, x.slope)));
  }
}

/// Also one of rank 0, which has no axis that could be missing.
BOOST_AUTO_TEST_CASE(a_tensor_that_is_no_longer_set_is_refused) {
  tensor<float> x(n(3)), factor(2.0f);
  const auto p = build([](expr a, expr by) { return a * by; }, arg<"x">(n), arg<"factor">());
  auto run = p.bind(x, factor);
  for (int i = 0; i < 4; i++) run();
  factor = {};
  const std::string told = message_of([&] { run(); });
  BOOST_TEST(told.find("factor") != std::string::npos, told);
  factor = tensor<float>(3.0f), x[0] = 1;
  BOOST_TEST(run()[0] == 3);
}

BOOST_AUTO_TEST_CASE(results_go_where_the_caller_wants) {
  inputs<double> x(9, 9, 8);
  tensor<double> out(batch(3), head, query(9), d(8));
  attend.bind(x.q, x.k, x.v, x.slope, out)();
  BOOST_TEST(same_bits(out, attend(x.q, x.k, x.v, x.slope)));
}

BOOST_AUTO_TEST_CASE(strided_and_foreign_memory_is_read_in_place) {
  inputs<double> x(9, 9, 8);
  const auto want = attend(x.q, x.k, x.v, x.slope);
  // the same values with the axes in another order in memory
  tensor<double> turned = view(x.q).permute({d, query, batch, head}).copy();
  std::vector<double> mine(x.k.data(), x.k.data() + x.k.size());
  const view<const double> k(static_cast<const double*>(mine.data()), batch(3), head, key(9), d(8));
  BOOST_TEST(difference(want, attend(turned, k, x.v, x.slope)) < 1e-12);
}

BOOST_AUTO_TEST_CASE(results_have_the_kind_of_their_node) {
  auto x = tensor<float>::from({-1, 0.25, 0.75}, n(3));
  auto ids = tensor<std::int64_t>::from({5, 6, 7}, n(3));
  auto mask = tensor<bool>::from({true, false, true}, n(3));
  auto [kept, next, large] = mixed(x, ids, mask);
  static_assert(std::is_same_v<decltype(kept), tensor<float>> && std::is_same_v<decltype(next), tensor<std::int64_t>> &&
                std::is_same_v<decltype(large), tensor<bool>>);
  BOOST_TEST((kept == tensor<float>::from({-1, 0, 0.75}, n(3))));
  BOOST_TEST((next == tensor<std::int64_t>::from({6, 7, 8}, n(3))));
  BOOST_TEST((large == tensor<bool>::from({false, false, true}, n(3))));
  ids[1] = 1l << 40;
  BOOST_TEST(message_of([&] { mixed(x, ids, mask); }).find("does not fit the 32 bits") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(wrong_tensors_are_refused_in_words) {
  inputs<float> x(9, 9, 8);
  const auto contains = [](const std::string& text, const char* part) {
    BOOST_TEST(text.find(part) != std::string::npos, text << " lacks: " << part);
  };
  tensor<float> shorter(batch(3), head, key(8), d(8));
  contains(message_of([&] { attend(x.q, x.k, shorter, x.slope); }),
           "v: axis key has extent 8 here and 9 in k; within a call they must agree");
  tensor<float> wrong_axes(batch(3), head, query(9), d(8));
  contains(message_of([&] { attend(x.q, wrong_axes, x.v, x.slope); }),
           "k: expected a tensor with axes [batch, head, key, d], got [batch, head, query, d]");
  tensor<double> other(batch(3), head, key(9), d(8));
  contains(message_of([&] { attend(x.q, other, x.v, x.slope); }),
           "q is float32 and k is float64: a program has one precision");
  contains(message_of([&] { attend.explain(x.q, other, x.v, x.slope); }),
           "q is float32 and k is float64: a program has one precision");
  tensor<std::int32_t> integers(batch(3), head, key(9), d(8));
  contains(message_of([&] { attend(x.q, integers, x.v, x.slope); }),
           "k: expected real values (float32 or float64), got int32");
  tensor<float> too_small(n(4)), long_enough(n(5));
  contains(message_of([&] { doubled.bind(long_enough, too_small)(); }), "output 0: expected a tensor [n=5], got [n=4]");
  contains(message_of([&] { doubled.bind(long_enough, long_enough)(); }), "output 0 overlaps the memory of input x");
  contains(message_of([&] {
             const auto x = view(long_enough).slice(n, 0, 3);
             auto y = view(long_enough).slice(n, 2, 5);
             doubled.bind(x, y)();
           }),
           "output 0 overlaps the memory of input x");
  tensor<float> unset;
  contains(message_of([&] { doubled(unset); }), "x: the tensor is not set; give it a value");
}

/// Where a value between two steps has more bytes than 64 bits count to, memory is not asked for a few of them.
BOOST_AUTO_TEST_CASE(what_memory_cannot_hold_is_refused) {
  const auto program = build([](expr x, expr y, expr z) { return sum(cumsum(x * y * z, n), {n, query, key}); },
                             arg<"x">(n), arg<"y">(query), arg<"z">(key));
  const auto told = [&](long size) {
    const tensor<float> x(n(size)), y(query(size)), z(key(size));
    BOOST_TEST(message_of([&] { program.explain(x, y, z); }) == message_of([&] { program(x, y, z); }));
    return message_of([&] { program(x, y, z); });
  };
  BOOST_TEST(told(1 << 21) ==
             "mul: its result [n=2097152, query=2097152, key=2097152] has more elements than memory can "
             "hold; reduce it where it is made, or give fewer or shorter axes");
  BOOST_TEST(told(3) == "nothing was thrown");
}

/// Three columns each of one buffer: no element belongs to both.
BOOST_AUTO_TEST_CASE(columns_of_one_buffer_do_not_overlap) {
  constexpr auto twice = compile([](expr x) { return 2 * x; }, arg<"x">(batch, n));
  tensor<float> both = iota(tensor<float>(batch(4), n(6)));
  const auto x = view(both).slice(n, 0, 3);
  auto y = view(both).slice(n, 3, 6);
  twice.bind(x, y)();
  for (long r = 0; r < 4; r++)
    for (long c = 0; c < 3; c++) BOOST_TEST(y(batch(r), n(c)) == 2 * x(batch(r), n(c)));
  auto shared = view(both).slice(n, 2, 5);
  BOOST_TEST(message_of([&] { twice.bind(x, shared)(); }).find("output 0 overlaps the memory of input x") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_first_nan_is_named_on_request) {
  auto x = tensor<float>::from({1, 2, 3}, n(3));
  x[2] = std::nanf("");
  auto run = doubled.bind(x);
  run(); // not asked for: NaN goes through
  BOOST_TEST(std::isnan(run.result()[2]));
  run.check_nan();
  const std::string text = message_of([&] { run(); });
  BOOST_TEST(text == "NaN: the first is in input x [n=2]");
}

BOOST_AUTO_TEST_CASE(a_nan_is_traced_to_what_was_written) {
  const auto text_of = [](const auto& p, const auto&... x) {
    auto run = p.bind(x...);
    run.check_nan();
    return message_of([&] { run(); });
  };
  const auto starts_with = [](const std::string& text, std::string_view start) {
    BOOST_TEST(text.substr(0, start.size()) == start);
  };
  constexpr auto f = [](expr a, expr b) { return log(a) * b; };
  constexpr auto p = compile(f, arg<"a">(n), arg<"b">(n));
  const auto a = tensor<float>::from({1, -1, 3}, n(3)), b = tensor<float>::from({1, 2, std::nanf("")}, n(3));
  starts_with(text_of(p, a, a), "NaN: the first is in log [n=1] at run.cpp:");
  starts_with(text_of(build(f, arg<"a">(n), arg<"b">(n)), a, a), "NaN: the first is in log [n=1] at run.cpp:");
  starts_with(text_of(p, b, a), "NaN: the first is in input a [n=2]");
  starts_with(text_of(build([](expr x) { return x; }, arg<"a">(n)), b), "NaN: the first is in input a [n=2]");
  // of a composite: where it is called
  constexpr auto average = compile([](expr a) { return mean(a, n) + 1; }, arg<"a">(n));
  starts_with(text_of(average, tensor<float>(n(0))), "NaN: the first is in div [] at run.cpp:");
  // a NaN that is masked is not the one
  constexpr auto masked =
      compile([](expr a, expr b) { return where(a > 0, log(a), 0.0) + sqrt(b); }, arg<"a">(n), arg<"b">(n));
  starts_with(text_of(masked, a, a), "NaN: the first is in sqrt [n=1] at run.cpp:");
  // nor is one that is not chosen, not picked, or hidden
  const auto choice = build([](expr a, expr b) { return where(a <= 0, log(b), sqrt(a)); }, arg<"a">(n), arg<"b">(n));
  starts_with(text_of(choice, a, a), "NaN: the first is in log [n=1] at run.cpp:");
  const auto bad = tensor<float>::from({std::nanf(""), 1, std::nanf("")}, n(3));
  const auto tail = build([](expr x) { return where(index(n) > 0, 2 * x, 0.0); }, arg<"x">(n));
  starts_with(text_of(tail, bad), "NaN: the first is in input x [n=2]");
  const auto picked = build([](expr x, expr i) { return 2 * gather(x, i, n); }, arg<"x">(n), arg<"i", integer>(key));
  starts_with(text_of(picked, bad, tensor<std::int64_t>::from({1, 2}, key(2))), "NaN: the first is in input x [n=2]");
  const auto causal = build(
      [](expr q, expr k) {
        const expr s = sqrt(contract(q, k, d));
        return contract(softmax(where(index(query) >= index(key), s, -infinity), key), k, key);
      },
      arg<"q">(query, d), arg<"k">(key, d));
  auto ones = fill(tensor<float>(query(40), d(3)), 1), keys = fill(tensor<float>(key(40), d(3)), 1);
  for (long i = 0; i < 3; i++) keys(key(39), d(i)) = -1; // which only the last query sees
  starts_with(text_of(causal, ones, keys), "NaN: the first is in sqrt [query=39, key=39] at run.cpp:");
  inputs<double> x(5, 6, 8);
  x.v(batch(1), head(2), key(3), d(4)) = NAN;
  starts_with(text_of(attend, x.q, x.k, x.v, x.slope), "NaN: the first is in input v [batch=1, head=2, key=3, d=4]");
}

BOOST_AUTO_TEST_CASE(facts_are_constants) {
  static constexpr axis<"rows", 16> rows;
  static constexpr axis<"inner", 32> inner;
  static constexpr axis<"columns", 64> columns;
  constexpr auto product =
      compile([](expr a, expr b) { return matmul(a, b); }, arg<"a">(rows, inner), arg<"b">(inner, columns));
  static_assert(product.flops() == 2 * 16 * 32 * 64);
  static_assert(product.kernels() == 1 && product.peak_bytes() == 0);
  static_assert(product.bytes() == 4 * (16 * 32 + 32 * 64 + 16 * 64));
  static_assert(!attend.materializes(query, key));
  constexpr auto renamed = compile(
      [](expr a) { return rename(contract(a, rename(a, rows, prime(rows)), inner), prime(rows), columns_of_rows); },
      arg<"a">(rows, inner));
  static_assert(renamed.materializes(rows, columns_of_rows) && renamed.materializes(rows, prime(rows)));
  static constexpr axis<"pairs"> pairs;
  constexpr auto merged = compile([](expr a) { return exp(merge(a, {rows, inner}, pairs)); }, arg<"a">(rows, inner));
  static_assert(merged.materializes(rows, inner) && !merged.materializes(rows, pairs));
  BOOST_TEST(attend.explain().find("1 + 1 products") != std::string::npos, attend.explain());
}

BOOST_AUTO_TEST_CASE(empty_axes_sum_to_nothing) {
  inputs<double> x(5, 0, 8);
  const auto out = attend(x.q, x.k, x.v, x.slope);
  BOOST_TEST(out.size() == 3 * 4 * 5 * 8);
  for (double y : out) BOOST_TEST(y == 0);
  BOOST_TEST(same_bits(out, attend.reference(x.q, x.k, x.v, x.slope)));
  BOOST_TEST(difference(gradients.reference(x.q, x.k, x.v, x.slope), gradients(x.q, x.k, x.v, x.slope)) == 0);
}
