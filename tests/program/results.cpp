// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE results
#include "runtime/refused.hpp"

#include <fmt/ranges.h>

#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

using namespace weft;

namespace {
constexpr axis<"n"> n;
constexpr sequence<"query"> query;
constexpr sequence<"key"> key;
constexpr feature<"d"> d;
constexpr auto q_arg = arg<"q">(query, d);
constexpr auto k_arg = arg<"k">(key, d);
constexpr std::array<axes, 2> pair_of_vectors{axes(n), axes(n)};
constexpr auto minus_product = compile([](const std::array<expr, 2>& a, expr b) { return a[0] - a[1] * b; },
                                       params<"a", pair_of_vectors>, arg<"b">(n));
} // namespace

/// Results go where the caller wants them: into memory that is not a tensor's, and with strides.
BOOST_AUTO_TEST_CASE(results_are_written_into_views) {
  const tensor<double> x = tensor<double>::from({1, 2, 3}, n(3));
  const auto twice = build([](expr x) { return 2 * at(x); }, arg<"x">(n));
  double dense[3]{}, apart[6]{};
  view<double> to_dense(dense, n(3)), to_apart = view<double>::strided(apart, {n(3)}, {2});
  twice.bind(x, to_dense)();
  twice.bind(x, to_apart)();
  for (int i = 0; i < 3; i++) {
    BOOST_TEST(dense[i] == 2.0 * (i + 1));
    BOOST_TEST(apart[2 * i] == 2.0 * (i + 1));
    BOOST_TEST(apart[2 * i + 1] == 0);
  }
  view<double> too_small(dense, n(2));
  BOOST_CHECK_THROW(twice.bind(x, too_small)(), error);
}

/// Of a result's members those that are unset get memory; the others are the caller's.
BOOST_AUTO_TEST_CASE(only_unset_places_are_allocated) {
  const auto x = tensor<double>::from({1, 2, 3}, n(3));
  const auto p = build([](expr x) { return std::tuple(2 * at(x), 3 * at(x)); }, arg<"x">(n));
  auto out = std::tuple(tensor<double>(n(3)), tensor<double>());
  const double* mine = std::get<0>(out).data();
  p.bind(x, out)();
  BOOST_TEST(std::get<0>(out).data() == mine);
  BOOST_TEST(mine[2] == 6);
  BOOST_TEST(std::get<1>(out)[2] == 9);
}

/// Each element of a result has a place of its own.
BOOST_AUTO_TEST_CASE(places_that_share_memory_are_refused) {
  const auto x = tensor<double>::from({1, 2, 3, 4, 5, 6}, n(2), key(3));
  const auto twice = build([](expr x) { return 2 * at(x); }, arg<"x">(n, key));
  double memory[12]{};
  const auto run = [&](std::initializer_list<long> strides) {
    auto out = view<double>::strided(memory + 6, {n(2), key(3)}, strides);
    return refused([&] { twice.bind(x, out)(); });
  };
  BOOST_TEST(run({0, 1}) ==
             "output 0: the strides [0, 1] of [n=2, key=3] let elements share memory; give each its own place");
  BOOST_TEST(run({1, 1}) ==
             "output 0: the strides [1, 1] of [n=2, key=3] let elements share memory; give each its own place");
  BOOST_TEST(run({3, 0}).starts_with("output 0: the strides"));
  for (const auto& apart : {std::initializer_list<long>{3, 1}, {1, 2}, {3, -1}, {-4, 1}, {-1, 2}})
    BOOST_TEST(run(apart) == "not refused");
}

/// Integers of a float64 program have 64 bits; a place of 32 takes them however the program runs, if they fit.
BOOST_AUTO_TEST_CASE(integers_go_into_narrower_places) {
  const auto p = build([](expr x, expr k) { return sum(where(x > 0, k, 0), n); }, arg<"x">(n), arg<"k", integer>(n));
  const auto x = tensor<double>::from({1, -2, 3}, n(3));
  const auto k = tensor<std::int64_t>::from({4, 5, 6}, n(3));
  for (const auto how : {policy::interpreted, policy::reference}) {
    tensor<std::int32_t> out(0);
    p.bind_as(how, x, k, out)();
    BOOST_TEST(out.item() == 10);
  }
}

/// Members of a structure have their own kinds; and where all have one type, integers that it doesn't hold are refused.
BOOST_AUTO_TEST_CASE(indices_of_a_long_axis) {
  static constexpr axis<"best", 2> best;
  const auto largest = [](expr x) { return top_k(x, n, best); };
  const long far = (1 << 24) + 1;
  tensor<float> x(n(far + 3));
  x[far] = 2, x[far + 2] = 1;
  static constexpr auto compiled = compile(decltype(largest){}, arg<"x">(n));
  const sorted<tensor<float>, tensor<std::int64_t>> found = compiled(x);
  BOOST_TEST(found.values[0] == 2);
  BOOST_TEST(found.indices[0] == far);
  BOOST_TEST(found.indices[1] == far + 2);
  const auto built = build(largest, arg<"x">(n));
  sorted<tensor<float>, tensor<std::int64_t>> out;
  built.bind(x, out)();
  BOOST_TEST(out.indices[0] == far);
  BOOST_TEST(refused([&] { built(x); }) == "integer 16777217 is no float32; give the result a place of integers");
}

/// More results of one shape than one region may hold.
BOOST_AUTO_TEST_CASE(a_thousand_sums_of_one_tensor) {
  const auto p = build(
      [](expr x) {
        std::vector<expr> sums;
        for (int i = 0; i < 1000; i++) sums.push_back(sum(x * (i + 1), n));
        return sums;
      },
      arg<"x">(n));
  const auto x = tensor<double>::from({1, 2, 3}, n(3));
  const auto sums = p(x);
  for (std::size_t i = 0; i < sums.size(); i++) BOOST_TEST(sums[i].item() == 6.0 * static_cast<double>(i + 1));
}

/// A mean over more elements than 32 bits count divides by their number.
BOOST_AUTO_TEST_CASE(more_elements_than_integers_count) {
  const auto count = build([](expr x) { return ir::elements_along(x, {query, key}); }, arg<"x">(query, key));
  float one = 0;
  const auto x = view<float>::strided(&one, {query(1 << 16), key(1 << 16)}, {0, 0});
  BOOST_TEST(count(x).item() == 0x1p32f);
  const auto last = build([](expr x, expr i) { return sum(where(index(n) == i, 1.0, 0.0) * x, n); }, arg<"x">(n),
                          arg<"i", integer>());
  const auto far = view<float>::strided(&one, {n(long(1) << 31)}, {0});
  const tensor<std::int64_t> i(5);
  BOOST_TEST(refused([&] { last(far, i); }) == "axis n of extent 2147483648 is longer than the 32 bits that integers "
                                               "have in a float32 program count; use float64 tensors");
}

/// A runner keeps the program that it runs, and programs are shared: a move leaves them as they are. A runner that was
/// moved from says so.
BOOST_AUTO_TEST_CASE(runners_keep_their_program) {
  const auto x = tensor<double>::from({1, 2, 3}, n(3));
  auto twice = build([](expr x) { return 2 * at(x); }, arg<"x">(n));
  auto run = twice.bind(x), bound_to_a_temporary = decltype(twice)(twice).bind(x);
  const auto moved = std::move(twice);
  BOOST_TEST(twice(x)[2] == 6);
  twice = moved;
  BOOST_TEST(run()[2] == 6);
  BOOST_TEST(bound_to_a_temporary()[2] == 6);
  auto other = std::move(run);
  BOOST_TEST(other()[1] == 4);
  { const auto last = std::move(other); }
  const std::string used_after = "a runner that was moved from can't be used; use the one that it was moved to";
  BOOST_TEST(refused([&] { run(); }) == used_after);
  BOOST_TEST(refused([&] { other(); }) == used_after);
  BOOST_TEST(refused([&] { other.result(); }) == used_after);
}

/// A value of one trace is none of another.
BOOST_AUTO_TEST_CASE(values_of_other_traces_are_refused) {
  expr kept;
  const auto first = [&](expr x) { return kept = x * 3.0; };
  const auto p = build(first, arg<"x">(n));
  const auto refusal = [&](auto f) { return refused([&] { build(f, arg<"y">(n)); }); };
  BOOST_TEST(refusal([&](expr y) { return std::vector{y, kept}; }) == "expr: a value of another trace is used");
  BOOST_TEST(refusal([&](expr y) { return y + at(kept); }).starts_with("add: operands of two different traces"));
  BOOST_TEST(refusal([&](expr) { return exp(kept); }) == "expr: a value of another trace is used");
  BOOST_TEST(p.data().source.size() == 3); // the program is what it was
}

/// A place is as long as the program's axis is in the call, also where an axis of the same name states another extent.
BOOST_AUTO_TEST_CASE(places_are_as_long_as_the_axes_of_the_program) {
  static constexpr axis<"n", 4> four;
  const auto p = build([](expr x) { return 2 * at(x); }, arg<"x">(n));
  const tensor<double> x(n(100));
  tensor<double> out(four);
  for (const policy how : {policy::interpreted, policy::reference})
    BOOST_TEST(refused([&] { p.bind_as(how, x, out); }) == "output 0: expected a tensor [n=100], got [n=4]");
  const auto short_enough = fill(tensor<double>(n(4)), 3);
  p.bind(short_enough, out)();
  BOOST_TEST(out[3] == 6);
  const auto fixed = build([](expr x) { return x + index(four); }, arg<"x">());
  const auto one = fill(tensor<double>(axes()), 1);
  tensor<double> unbound_twin(n(4));
  fixed.bind(one, unbound_twin)();
  BOOST_TEST(unbound_twin[3] == 4);
}
/// The names of a built program's arguments are its own.
BOOST_AUTO_TEST_CASE(names_outlive_the_arguments) {
  const auto p = build([](const std::vector<expr>& w, expr x) { return w[0] * x; },
                       params_of("parameters with a long name", std::vector<axes>{axes(n)}), arg<"x">(n));
  BOOST_TEST(ir::to_text(p.data().source).starts_with("%0: real[n] = input \"parameters with a long name\"\n"));
}
BOOST_AUTO_TEST_CASE(parts_from_far_beyond_an_axis_are_refused) {
  static constexpr axis<"part"> part;
  static constexpr long far = std::numeric_limits<long>::max() - 1;
  const auto x = tensor<double>(n(5)), y = tensor<double>(part(3));
  const auto cut = build([](expr x, expr y) { return slice(x, n, far, part) * y; }, arg<"x">(n), arg<"y">(part));
  const auto put = build([](expr x, expr y) { return pad(y, part, far, n) + x; }, arg<"x">(n), arg<"y">(part));
  BOOST_TEST(refused([&] { cut(x, y); }) ==
             fmt::format("slice: 3 places from {} on of axis n reach beyond its extent 5", far));
  BOOST_TEST(refused([&] { put(x, y); }) == fmt::format("pad: [part=3] from {} reaches beyond [n=5]", far));
}

BOOST_AUTO_TEST_CASE(places_of_another_count_are_refused) {
  const tensor<double> x(n(3));
  const auto p = build([](expr x) { return std::vector<expr>{2 * at(x), x * at(x)}; }, arg<"x">(n));
  for (std::size_t count : {1u, 3u, 1000u}) {
    std::vector<tensor<double>> out(count);
    BOOST_TEST(refused([&] { p.bind(x, out); }) == fmt::format("the program gives 2 tensors, not {}", count));
  }
}

/// No tensor stands in for one of another argument or of another list.
BOOST_AUTO_TEST_CASE(lists_of_other_lengths_are_refused) {
  using list_of = std::vector<tensor<double>>;
  const auto p = build([](const std::vector<expr>& w, const std::vector<expr>& u) { return w[0] * u[0] + u[1]; },
                       params_of("w", std::vector<axes>{axes(n)}), params_of("u", std::vector<axes>(2, axes(n))));
  const auto x = tensor<double>::from({1, 2, 3}, n(3));
  BOOST_TEST(p(list_of{x}, list_of{x, x})[2] == 12);
  BOOST_TEST(refused([&] { p(list_of{x, x}, list_of{x}); }) == "argument 0, counted from 0, takes 1 tensor, not 2");
  const list_of one{x}, two{x, x}, none, three{x, x, x};
  BOOST_TEST(refused([&] { p.bind(none, three); }) == "argument 0, counted from 0, takes 1 tensor, not 0");
  BOOST_TEST(refused([&] { p(two, two); }) == "the program takes 3 tensors (w.0, u.0, u.1), not 4");
  const auto g =
      build(grad([](const std::vector<expr>& w, const std::vector<expr>& u) { return sum(w[0] * u[0] + u[1], n); },
                 wrt<0, 1>),
            params_of("w", std::vector<axes>{axes(n)}), params_of("u", std::vector<axes>(2, axes(n))));
  std::tuple<list_of, list_of> right{one, two}, wrong{two, one};
  g.bind(one, two, right)();
  BOOST_TEST(std::get<1>(right)[1][0] == 1);
  BOOST_TEST(
      refused([&] { g.bind(one, two, wrong); }).starts_with("structures that are walked together: a list has 1"));
  // a structure where another is expected
  const std::array<tensor<double>, 2> pair{x, x};
  BOOST_TEST(minus_product(pair, x)[2] == -6);
  BOOST_TEST(refused([&] { minus_product(x, pair); }) == "argument 0, counted from 0, takes 2 tensors, not 1");
}

/// What is built at run time knows its kinds too late for a type; a place for the result may have it.
BOOST_AUTO_TEST_CASE(built_programs_write_integers_and_booleans) {
  const auto x = tensor<float>::from({1, 5, 2, 7, 0, 3}, n(2), key(3));
  const auto p = build([](expr x) { return std::tuple(argmax(x, key), any(x > 6, key)); }, arg<"x">(n, key));
  auto out = std::tuple(tensor<std::int64_t>(n(2)), tensor<bool>(n(2)));
  p.bind(x, out)();
  BOOST_TEST(std::get<0>(out)[0] == 1);
  BOOST_TEST(std::get<0>(out)[1] == 0);
  BOOST_TEST(!std::get<1>(out)[0]);
  BOOST_TEST(std::get<1>(out)[1]);
}

/// Integers of reals: toward zero, 0 for NaN, the ends of the program's integers for what is beyond them.
namespace to_integers {
constexpr auto all =
    compile([](expr x) { return std::tuple(to_integer(x), to_integer(x > 0), to_integer(index(n) - 2)); }, arg<"x">(n));
} // namespace to_integers
BOOST_AUTO_TEST_CASE(reals_become_integers) {
  const auto check = [](auto zero, double smallest, double beyond) {
    using T = decltype(zero);
    const T endless = std::numeric_limits<T>::infinity(), undefined = std::numeric_limits<T>::quiet_NaN();
    const auto x = tensor<T>::from({T(-1.75), T(1.75), endless, -endless, undefined, T(smallest), T(beyond)}, n(7));
    const auto end = sizeof(T) == 4 ? std::int64_t(std::numeric_limits<std::int32_t>::max())
                                    : std::numeric_limits<std::int64_t>::max();
    const std::int64_t want[]{-1, 1, end, -end - 1, 0, -end - 1, end};
    const auto [of_reals, of_booleans, of_integers] = to_integers::all(x);
    for (long i = 0; i < 7; i++) {
      BOOST_TEST(of_reals[i] == want[i], x[i]);
      BOOST_TEST(of_booleans[i] == (x[i] > 0), x[i]);
      BOOST_TEST(of_integers[i] == i - 2);
    }
  };
  check(0.f, -0x1p31, 0x1p31), check(0.0, -0x1p63, 0x1p63);
}

BOOST_AUTO_TEST_CASE(tensors_are_formatted_beside_ranges) {
  BOOST_TEST(fmt::format("{}", tensor<float>::from({1, 2}, n(2))) == "tensor<float>[n=2]\n[1, 2]");
  BOOST_TEST(fmt::format("{}", std::vector{1, 2}) == "[1, 2]");
}

/// Counts and ranks over a score space are integers, though its tiles add in reals.
namespace counting {
constexpr auto counts = compile(
    [](expr q, expr k) {
      const expr s = contract(q, k, d), above = sum(where(s > 0, 1, 0), key);
      return std::tuple(above, mod(above, 3), max(where(s > 0, index(key), -1), key),
                        sum(where(s > 0, 1, 0), {query, key}));
    },
    q_arg, k_arg);
} // namespace counting
BOOST_AUTO_TEST_CASE(integers_of_score_spaces) {
  BOOST_TEST(!counting::counts.materializes(query, key));
  const auto check = [](auto zero) {
    using T = decltype(zero);
    const auto q = normal(tensor<T>(query(70), d(4)), 1), k = normal(tensor<T>(key(150), d(4)), 2);
    const auto expected = counting::counts.reference(q, k);
    const auto same = [&](const auto& got) {
      const closeness c = close(got, expected, {.rtol = 0, .atol = 0});
      BOOST_TEST(bool(c), c.text());
    };
    same(counting::counts(q, k));
    same(counting::counts.interpreted(q, k));
    const std::tuple<tensor<std::int64_t>, tensor<std::int64_t>, tensor<std::int64_t>, tensor<std::int64_t>>& typed =
        expected;
    BOOST_TEST(std::get<2>(typed)[0] >= -1);
  };
  check(0.0f);
  check(0.0);
}

BOOST_AUTO_TEST_CASE(a_place_of_booleans_takes_no_integers) {
  const auto x = tensor<float>::from({0, 1, -1}, n(3));
  tensor<bool> places(n(3));
  const auto ranks = build([](expr x) { return argsort(x, n); }, arg<"x">(n));
  BOOST_TEST(refused([&] { ranks.bind(x, places)(); }) ==
             "output 0: expected integer values (int32 or int64), got bool");
}

/// What a function carries along beside its loss keeps its kind.
BOOST_AUTO_TEST_CASE(kinds_of_what_is_carried_along) {
  constexpr auto f = [](expr x) { return std::tuple(sum(x * at(x), n), argmax(x, n), x > 0); };
  constexpr auto p = compile(value_and_grad(f), arg<"x">(n));
  auto [carried, gradient] = p(tensor<float>::from({1, 3, -2}, n(3)));
  const std::tuple<tensor<float>, tensor<std::int64_t>, tensor<bool>>& typed = carried;
  BOOST_TEST(std::get<0>(typed).item() == 14);
  BOOST_TEST(std::get<1>(typed).item() == 1);
  BOOST_TEST(!std::get<2>(typed)[2]);
  BOOST_TEST(gradient[1] == 6);
}

/// Of nothing they are the ends of the type, as those of any other integers.
BOOST_AUTO_TEST_CASE(integers_of_no_scores) {
  const auto p = build(
      [](expr q, expr k) {
        const expr above = where(contract(q, k, d) > 0, index(key), -1);
        return std::tuple(max(above, key), min(above, key), sum(above, key));
      },
      q_arg, k_arg);
  const tensor<double> q(query(3), d(4)), k(key(0), d(4));
  const closeness c = close(p(q, k), p.reference(q, k), {.rtol = 0, .atol = 0});
  BOOST_TEST(bool(c), c.text());
}
