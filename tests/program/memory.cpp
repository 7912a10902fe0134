// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE program_memory
#include <support/counted_memory.hpp>

#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

/// What the program says that a run takes is what the allocator sees.
namespace demo {
using namespace weft;
constexpr axis<"row", 512> row;
constexpr axis<"column", 640> column;
constexpr axis<"width", 96> width;

constexpr auto layer = [](expr x, expr w, expr u) { return contract(gelu(contract(x, w, width)), u, column); };
constexpr auto loss = [](expr x, expr w, expr u) {
  const expr y = layer(x, w, u);
  return mean(y * y, {row, width});
};
constexpr auto forward = compile(layer, arg<"x">(row, width), arg<"w">(width, column), arg<"u">(column, width));
constexpr auto gradients =
    compile(value_and_grad(loss, wrt<0, 1, 2>), arg<"x">(row, width), arg<"w">(width, column), arg<"u">(column, width));

/// What streamed attention keeps for its gradients: its output, once, and of each query no more than three numbers.
constexpr sequence<"query", 512> query;
constexpr sequence<"key", 640> key;
constexpr auto attention_loss = [](expr q, expr k, expr v) {
  const expr o = contract(softmax(contract(q, k, width), key), v, key);
  return mean(o * o, {query, width});
};
constexpr auto saves_its_output = [](auto differentiated) {
  constexpr auto q = arg<"q">(query, width);
  constexpr auto k = arg<"k">(key, width);
  constexpr auto v = arg<"v">(key, width);
  const long saved = compile(differentiated, q, k, v).saved();
  return saved >= 512 * 96 * 4 && saved <= 512 * (96 + 3) * 4;
};
static_assert(saves_its_output(grad(attention_loss, wrt<0, 1, 2>)));
static_assert(saves_its_output(value_and_grad(attention_loss, wrt<0, 1, 2>)));

/// Runs a program for the first time and compares what it took with what it says.
template <class T, class P> void takes_what_it_says(const P& program) {
  const auto x = normal(tensor<T>(row, width), 1), w = normal(tensor<T>(width, column), 2),
             u = normal(tensor<T>(column, width), 3);
  program(x, w, u); // the pool's threads and the library's own tables are there now
  auto run = program.bind(x, w, u);
  run(); // and its result has its shape
  const long kept = run.arena_bytes() + run.scratch_bytes();
  BOOST_TEST(run.arena_bytes() == P::template peak_bytes<T>());
  const long before = support::live_bytes;
  support::peak_bytes = before;
  auto fresh = program.bind(x, w, u); // plans, takes its memory
  fresh();
  const long result = [&] {
    long n = 0;
    each_leaf([&](const auto& t) { n += t.size() * long(sizeof(T)); }, fresh.result());
    return n;
  }();
  const long taken = support::peak_bytes - before, bookkeeping = 65536;
  BOOST_TEST(taken >= kept);
  BOOST_TEST(taken <= kept + result + bookkeeping);
  BOOST_TEST(kept > 10 * bookkeeping); // or the bound would say little
}
} // namespace demo

BOOST_AUTO_TEST_CASE(a_run_takes_what_the_program_says) {
  for (const int threads : {1, 2}) {
    weft::set_threads(threads);
    demo::takes_what_it_says<float>(demo::forward);
    demo::takes_what_it_says<double>(demo::forward);
    demo::takes_what_it_says<float>(demo::gradients);
  }
}

/// Steps of a chain go through it part by part along an axis that both operands of its product have. Where one of them
/// is a view that turns this axis around, parts read what others would have written over in place.
BOOST_AUTO_TEST_CASE(nothing_is_written_over_what_other_parts_read) {
  using namespace weft;
  constexpr axis<"x"> along;
  constexpr axis<"y"> turned;
  constexpr axis<"z"> last;
  const auto check = [&](auto f) {
    const auto p = build(f, arg<"a">(along, turned, last), arg<"b">(turned, last));
    for (long n : {2, 5, 16}) {
      const auto a = normal(tensor<double>(along(n), turned(n), last(3)), 4),
                 b = normal(tensor<double>(turned(n), last(3)), 5);
      BOOST_TEST(max_abs_difference(p(a, b), p.reference(a, b)) < 1e-12 * double(n * n));
    }
  };
  check([=](expr a, expr b) {
    const expr x = tanh(a);
    return roll(x + outer(b, flip(x, turned)), along, 1);
  });
  check([=](expr a, expr b) {
    const expr x = cumsum(a, along);
    return cumsum(x + contract(flip(x, turned), b, last), along);
  });
  check([=](expr a, expr b) {
    const expr x = tanh(a);
    return roll(x + outer(b, exchange(x, along, turned)), along, 1);
  });
}

/// A number repeated along an axis lies in memory before a renaming of it is read: the gradient of a sum of what is
/// renamed is such a number.
BOOST_AUTO_TEST_CASE(renamed_numbers_are_stored_before_they_are_read) {
  using namespace weft;
  constexpr axis<"i"> i;
  constexpr axis<"j"> j;
  constexpr axis<"t", 3> t;
  const auto check = [&](auto f) {
    const auto p = build(grad(f), arg<"x">(i, t));
    for (long n : {2, 7}) {
      const auto x = normal(tensor<double>(i(n), t), 1);
      BOOST_TEST(max_abs_difference(p(x), p.reference(x)) < 1e-14);
    }
  };
  check([=](expr x) { return sum(rename(max(x, t), i, j), j) * 0.3; });
  check([=](expr x) { return sum(rename(tanh(x), i, j), {j, t}) * 0.3; });
  check([=](expr x) { return mean(rename(logsumexp(x, t), i, j), j); });
  check([=](expr x) { return sum(prime(min(x, t), i), prime(i)); });
}
