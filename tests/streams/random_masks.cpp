// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE streams_random_masks
#include "streams/numerics.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

/// Masks made at random, of places, ids, dense masks and of reals that may be no numbers: whichever tiles a walk takes
/// for empty or for whole, the results are the reference's.
using namespace demo;

namespace {
constexpr auto dense_arg = arg<"dense", boolean>(query, key);
constexpr auto other_arg = arg<"other", boolean>(query, key);
constexpr auto present_arg = arg<"present", boolean>(key);
constexpr auto of_query_arg = arg<"of query", integer>(query);
constexpr auto of_key_arg = arg<"of key", integer>(key);

/// Expressions of the numbers of a seed, `depth` ops deep at most.
struct mask_maker {
  std::uint64_t seed;
  expr dense, other, present, of_query, of_key;
  std::uint64_t drawn = 0;
  long roll(std::uint64_t sides) { return static_cast<long>(integer_at(seed, drawn++, sides)); }

  expr boolean(int depth) {
    if (depth == 0 || roll(6) == 0) {
      const expr leaves[]{dense, other, present, index(query) >= index(key), of_query == of_key, index(key) < 40};
      return leaves[roll(6)];
    }
    switch (roll(8)) {
    case 0: return boolean(depth - 1) && boolean(depth - 1);
    case 1: return boolean(depth - 1) || boolean(depth - 1);
    case 2: return !boolean(depth - 1);
    case 3: return logical_xor(boolean(depth - 1), boolean(depth - 1));
    case 4: return boolean(depth - 1) == boolean(depth - 1);
    case 5: return compared(real(depth - 1), real(depth - 1));
    default: return compared(integer(depth - 1), integer(depth - 1));
    }
  }
  expr compared(const expr& a, const expr& b) {
    switch (roll(6)) {
    case 0: return a < b;
    case 1: return a <= b;
    case 2: return a > b;
    case 3: return a >= b;
    case 4: return a == b;
    default: return a != b;
    }
  }
  expr integer(int depth) {
    if (depth == 0 || roll(4) == 0) {
      const expr leaves[]{index(query), index(key), of_query, of_key, expr(roll(140)), expr(roll(5) - 2)};
      return leaves[roll(6)];
    }
    switch (roll(7)) {
    case 0: return integer(depth - 1) + integer(depth - 1);
    case 1: return integer(depth - 1) - integer(depth - 1);
    case 2: return integer(depth - 1) * at(expr(roll(5) - 2));
    case 3: return max(integer(depth - 1), integer(depth - 1));
    case 4: return abs(integer(depth - 1));
    case 5: return mod(integer(depth - 1), expr(roll(60) + 1));
    default: return to_integer(real(depth - 1));
    }
  }
  expr real(int depth) {
    if (depth == 0 || roll(5) == 0) return 0.5 * at(integer(0));
    switch (roll(10)) {
    case 0: return sqrt(real(depth - 1));
    case 1: return log1p(real(depth - 1));
    case 2: return real(depth - 1) / at(real(depth - 1));
    case 3: return mod(real(depth - 1), real(depth - 1));
    case 4: return real(depth - 1) - at(real(depth - 1));
    case 5: return real(depth - 1) * at(real(depth - 1));
    case 6: return min(real(depth - 1), real(depth - 1));
    case 7: return where(boolean(depth - 1), real(depth - 1), real(depth - 1));
    case 8: return tanh(real(depth - 1));
    default: return 0.25 * at(integer(depth - 1));
    }
  }
};
} // namespace

BOOST_AUTO_TEST_CASE(agree) {
  const long queries = 70, keys = 150;
  const inputs<double> x(1, queries, keys);
  tensor<bool> dense(query(queries), key(keys)), other(query(queries), key(keys)), present(key(keys));
  for (long e = 0; e < dense.size(); e++) dense[e] = e % 3 != 0, other[e] = e % 7 < 5;
  for (long j = 0; j < keys; j++) present[j] = j < 120;
  tensor<std::int32_t> of_query(query(queries)), of_key(key(keys));
  for (long i = 0; i < queries; i++) of_query[i] = static_cast<int>(i / 32);
  for (long j = 0; j < keys; j++) of_key[j] = static_cast<int>(j / 30);
  int wrong = 0, tried = 0;
  for (std::uint64_t seed = 0; seed < 1500 && wrong < 3; seed++) try {
      const auto p = build(
          [=](expr q, expr k, expr v, expr dense, expr other, expr present, expr of_query, expr of_key) {
            const expr mask = mask_maker{seed, dense, other, present, of_query, of_key}.boolean(5);
            const expr s = scores(q, k, d);
            return std::tuple{attend(where(mask, s, -infinity), v), sum(where(mask, tanh(s), 0.0), query)};
          },
          q_arg, k_arg, v_arg, dense_arg, other_arg, present_arg, of_query_arg, of_key_arg);
      const double far = apart(p(x.q, x.k, x.v, dense, other, present, of_query, of_key),
                               p.reference(x.q, x.k, x.v, dense, other, present, of_query, of_key));
      BOOST_TEST(far < 1e-12, "seed " << seed << ": " << far << "\n" << ir::to_text(p.data().source));
      wrong += !(far < 1e-12), tried++;
    } catch (const error& e) { // index arithmetic of more nodes than belong to no trace
      BOOST_TEST(std::string(e.what()).find("more than 32 nodes") != std::string::npos, e.what());
    }
  BOOST_TEST(tried > 1400);
}
