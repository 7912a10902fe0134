// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE program_tape
#include "runtime/refused.hpp"

#include <support/leaves.hpp>

#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <tuple>
#include <vector>

/// Runs of few calls are recorded and done again (framework/src/tape.hpp): the record must follow all that can change
/// between two runs.
namespace demo {
using namespace weft;
using support::same_bits;

constexpr sequence<"query"> query;
constexpr sequence<"key"> key;
constexpr feature<"d"> d;

constexpr auto causal = [](expr q, expr k, expr v) {
  const expr scores = contract(q, k, d) * rsqrt(extent(d));
  return contract(softmax(where(index(query) >= index(key), scores, -infinity), key), v, key);
};
constexpr auto program =
    compile(vjp(causal), arg<"q">(query, d), arg<"k">(key, d), arg<"v">(key, d), arg<"do">(query, d));

/// A head of attention with its results.
template <class T> struct head {
  tensor<T> q, k, v, dout, out, dq, dk, dv;
  explicit head(long n, int seed = 1)
      : q(query(n), d(8)), k(key(n), d(8)), v(key(n), d(8)), dout(query(n), d(8)), out(query(n), d(8)),
        dq(query(n), d(8)), dk(key(n), d(8)), dv(key(n), d(8)) {
    fill(seed);
  }
  void fill(int seed) {
    for (tensor<T>* t : {&q, &k, &v, &dout}) normal(*t, seed++);
  }
  std::vector<tensor_ref> inputs() const { return {q.ref(), k.ref(), v.ref(), dout.ref()}; }
  std::vector<tensor_ref> outputs() const { return {out.ref(), dq.ref(), dk.ref(), dv.ref()}; }
  void plan(ir::machine& m) { m.plan(inputs(), outputs()); }
  void run(ir::machine& m) {
    for (tensor<T>* t : {&out, &dq, &dk, &dv}) std::memset(t->data(), 0xff, sizeof(T) * std::size_t(t->size()));
    m.run(inputs(), outputs());
  }
  bool is_right() const {
    const auto [y, gradients] = program(q, k, v, dout);
    const auto& [of_q, of_k, of_v] = gradients;
    return same_bits(out, y) && same_bits(dq, of_q) && same_bits(dk, of_k) && same_bits(dv, of_v);
  }
};
template <class T> void follows_changes(policy how) {
  head<T> x(17), other(17, 9), longer(21);
  ir::machine m(program.data_for<T>(), how);
  x.plan(m);
  const auto settled = [&](head<T>& h) {
    for (int i = 0; i < 4; i++) h.run(m);
    return m.recorded() && h.is_right();
  };
  BOOST_TEST(settled(x));
  x.fill(5); // other values at the same places
  x.run(m);
  BOOST_TEST(x.is_right());
  other.run(m); // the same form elsewhere
  BOOST_TEST(!m.recorded());
  BOOST_TEST(other.is_right());
  BOOST_TEST(settled(other));
  BOOST_TEST(settled(longer)); // other extents, in a larger arena
  x.run(m);
  BOOST_TEST(x.is_right());
  BOOST_TEST(settled(x));
  for (const int n : {1, 3, 2}) {
    set_threads(n);
    x.run(m);
    BOOST_TEST(x.is_right(), n);
  }
  const T q = x.q[0];
  x.q[0] = std::numeric_limits<T>::quiet_NaN();
  m.check_nan(true);
  BOOST_TEST(refused([&] { x.run(m); }).starts_with("NaN: the first is in"));
  m.check_nan(false);
  x.q[0] = q;
  BOOST_TEST(settled(x));
  const auto overlapping = [&] { m.run(x.inputs(), {x.out.ref(), x.q.ref(), x.dk.ref(), x.dv.ref()}); };
  BOOST_TEST(refused(overlapping).find("overlaps the memory of input q") != std::string::npos);
  BOOST_TEST(settled(x));
}

BOOST_AUTO_TEST_CASE(compiled_float) { follows_changes<float>(policy::compiled); }
BOOST_AUTO_TEST_CASE(compiled_double) { follows_changes<double>(policy::compiled); }
BOOST_AUTO_TEST_CASE(interpreted_float) { follows_changes<float>(policy::interpreted); }
BOOST_AUTO_TEST_CASE(interpreted_double) { follows_changes<double>(policy::interpreted); }

/// Where a tile of a run is stays on the run's tape, in the indices of a mask too.
BOOST_AUTO_TEST_CASE(of_several_tiles) {
  const auto p = build(
      [](expr q, expr k, expr v) {
        const expr scores = contract(q, k, d) + 0.01 * at(index(key));
        return contract(softmax(where(index(query) + 260 >= index(key), scores, -infinity), key), v, key);
      },
      arg<"q">(query, d), arg<"k">(key, d), arg<"v">(key, d));
  const auto q = normal(tensor<float>(query(20), d(8)), 1), k = normal(tensor<float>(key(300), d(8)), 2),
             v = normal(tensor<float>(key(300), d(8)), 3), right = p(q, k, v);
  tensor<float> y(query(20), d(8));
  ir::machine m(p.data(), policy::interpreted);
  m.plan({q.ref(), k.ref(), v.ref()}, {y.ref()});
  for (int i = 0; i < 4; i++) {
    std::fill_n(y.data(), y.size(), -1);
    m.run({q.ref(), k.ref(), v.ref()}, {y.ref()});
    BOOST_TEST(same_bits(y, right), i);
  }
  BOOST_TEST(m.recorded());
}

/// A run that ends with an error leaves no record of a part of it.
BOOST_AUTO_TEST_CASE(errors_end_a_recording) {
  const auto p =
      build([](expr x, expr ids) { return std::tuple{x * 2, ids + 1}; }, arg<"x">(query), arg<"ids", integer>(query));
  for (const int at : {0, 1, 2, 3}) {
    ir::machine m(p.data(), policy::interpreted);
    const auto x = normal(tensor<float>(query(3)), 1);
    auto ids = tensor<std::int64_t>::from({5, 6, 7}, query(3));
    tensor<float> y(query(3));
    tensor<std::int64_t> next(query(3));
    m.plan({x.ref(), ids.ref()}, {y.ref(), next.ref()});
    const auto run = [&] { m.run({x.ref(), ids.ref()}, {y.ref(), next.ref()}); };
    for (int k = 0; k < at; k++) run();
    ids[1] = 1l << 40;
    BOOST_TEST(refused(run).find("does not fit the 32 bits") != std::string::npos, at);
    ids[1] = 8;
    for (int k = 0; k < 5; k++) {
      std::fill(next.begin(), next.end(), -1);
      run();
      BOOST_TEST((next == tensor<std::int64_t>::from({6, 9, 8}, query(3))), at << " " << k);
    }
  }
}

/// What several threads do, and what depends on the values of tensors, is found out anew each time.
BOOST_AUTO_TEST_CASE(some_runs_are_not_recorded) {
  const auto runs = [](const auto& p, const tensor_ref& x, const tensor_ref& y) {
    ir::machine m(p.data(), policy::interpreted);
    m.plan({x}, {y});
    for (int i = 0; i < 6; i++) m.run({x}, {y});
    return m.recorded();
  };
  const auto twice = build([](expr x) { return 2 * x; }, arg<"x">(query));
  for (const long n : {9l, 1l << 20}) {
    const tensor<float> x(query(n)), y(query(n));
    BOOST_TEST(runs(twice, x.ref(), y.ref()) == (n == 9));
  }
  const auto sums = build([](expr x) { return cumsum(x, query); }, arg<"x">(query));
  const tensor<float> x(query(9)), y(query(9));
  BOOST_TEST(!runs(sums, x.ref(), y.ref()));
}
} // namespace demo
