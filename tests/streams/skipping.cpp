// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE streams_skipping
#include <weft/kernel/tile.hpp>
#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>

/// Which tiles masks leave: those that a plain count over the mask finds.
namespace demo {
using namespace weft;

constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr axis<"d", 8> d;
constexpr auto q_arg = arg<"q">(query, d);
constexpr auto k_arg = arg<"k">(key, d);
constexpr auto v_arg = arg<"v">(key, d);
constexpr auto document = arg<"document", integer>(query);
constexpr auto document_of_key = arg<"document_of_key", integer>(key);
constexpr auto valid = arg<"valid", boolean>(key);

expr attend(const expr& q, const expr& k, const expr& v, const expr& mask) {
  return contract(softmax(where(mask, contract(q, k, d), -infinity), key), v, key);
}

using scalar_mask = std::function<bool(long, long)>;
/// Tiles of so many queries times so many keys of which all, some or no pair is allowed.
tile_counts counted(long queries, long keys, const scalar_mask& allowed) {
  constexpr long lanes = tile::lanes<double>, rows = 128;
  tile_counts n;
  for (long i = 0; i < queries; i += lanes)
    for (long j = 0; j < keys; j += rows) {
      long all = 0, some = 0;
      for (long q = i; q < std::min(i + lanes, queries); q++)
        for (long k = j; k < std::min(j + rows, keys); k++) all++, some += allowed(q, k);
      (some == all ? n.kept : some ? n.partial : n.skipped)++;
    }
  return n;
}
std::string words(const tile_counts& n) {
  return std::to_string(n.kept) + " kept, " + std::to_string(n.partial) + " partial, " + std::to_string(n.skipped) +
         " skipped";
}

struct inputs {
  tensor<double> q, k, v;
  tensor<std::int64_t> document, document_of_key;
  tensor<bool> valid;
  inputs(long queries, long keys)
      : q(normal(tensor<double>(query(queries), d), 1)), k(normal(tensor<double>(key(keys), d), 2)),
        v(normal(tensor<double>(key(keys), d), 3)), document(query(queries)), document_of_key(key(keys)),
        valid(key(keys)) {
    for (long i = 0; i < queries; i++) document[i] = i * i / 40000;
    for (long i = 0; i < keys; i++) document_of_key[i] = i * i / 40000, valid[i] = i < 256;
  }
};
using mask_of = expr (*)(expr, expr, expr);
/// The runner and explain(arguments) count what the plain count finds, and the result is right.
void check(const char* name, long queries, long keys, mask_of mask, const scalar_mask& allowed) {
  BOOST_TEST_CONTEXT(name) {
    const auto p = build([mask](expr q, expr k, expr v, expr of_query, expr of_key,
                                expr is_valid) { return attend(q, k, v, mask(of_query, of_key, is_valid)); },
                         q_arg, k_arg, v_arg, document, document_of_key, valid);
    const inputs x(queries, keys);
    auto run = p.bind(x.q, x.k, x.v, x.document, x.document_of_key, x.valid);
    const tensor<double> got = run();
    const std::string want = words(counted(queries, keys, allowed));
    BOOST_TEST(words(run.tiles()) == want);
    BOOST_TEST(p.explain(x.q, x.k, x.v, x.document, x.document_of_key, x.valid).find(want) != std::string::npos);
    const tensor<double> right = p.reference(x.q, x.k, x.v, x.document, x.document_of_key, x.valid);
    double far = 0;
    for (long i = 0; i < got.size(); i++) far = std::max(far, std::abs(got[i] - right[i]));
    BOOST_TEST(far < 1e-12);
  }
}
} // namespace demo
using namespace demo;

BOOST_AUTO_TEST_CASE(causal) {
  const auto mask = [](expr, expr, expr) { return index(key) <= index(query); };
  const scalar_mask allowed = [](long q, long k) { return k <= q; };
  check("square", 1024, 1024, mask, allowed);
  check("more keys", 100, 700, mask, allowed);
  check("more queries", 700, 100, mask, allowed);
}
BOOST_AUTO_TEST_CASE(causal_aligned_at_the_end) {
  const auto mask = [](expr, expr, expr) { return index(key) - at(extent(key)) <= index(query) - at(extent(query)); };
  for (const auto& [queries, keys] : {std::array{100l, 700l}, {700l, 100l}, {512l, 512l}}) {
    const long later = keys - queries;
    check("at the end", queries, keys, mask, [later](long q, long k) { return k <= q + later; });
  }
}
BOOST_AUTO_TEST_CASE(window) {
  check(
      "both sides", 1000, 1000, [](expr, expr, expr) { return abs(index(query) - at(index(key))) < 100; },
      [](long q, long k) { return std::abs(q - k) < 100; });
  check(
      "one side", 1000, 1000,
      [](expr, expr, expr) { return index(key) <= index(query) && index(query) - at(index(key)) < 200; },
      [](long q, long k) { return k <= q && q - k < 200; });
}
BOOST_AUTO_TEST_CASE(prefix) {
  check(
      "prefix", 700, 700, [](expr, expr, expr) { return index(key) < 200 || index(key) <= index(query); },
      [](long q, long k) { return k < 200 || k <= q; });
}
BOOST_AUTO_TEST_CASE(documents) {
  const auto of = [](long i) { return i * i / 40000; };
  check(
      "documents", 900, 900, [](expr of_query, expr of_key, expr) { return of_query == of_key; },
      [of](long q, long k) { return of(q) == of(k); });
  check(
      "causal documents", 900, 900,
      [](expr of_query, expr of_key, expr) { return of_query == of_key && index(key) <= index(query); },
      [of](long q, long k) { return of(q) == of(k) && k <= q; });
}
BOOST_AUTO_TEST_CASE(chunks) {
  check(
      "chunks", 800, 800, [](expr, expr, expr) { return floor(index(query) / 200) == floor(index(key) / 200); },
      [](long q, long k) { return q / 200 == k / 200; });
}
BOOST_AUTO_TEST_CASE(padding) {
  check("padding", 100, 700, [](expr, expr, expr is_valid) { return is_valid; }, [](long, long k) { return k < 256; });
  check(
      "a causal window of what is there", 700, 700,
      [](expr, expr, expr is_valid) {
        return is_valid && index(key) <= index(query) && index(query) - at(index(key)) < 250;
      },
      [](long q, long k) { return k < 256 && k <= q && q - k < 250; });
}
/// Of an image with rows of 384: a tile lies in one of them.
BOOST_AUTO_TEST_CASE(neighbourhoods) {
  check(
      "two dimensions", 1536, 1536,
      [](expr traced, expr, expr) {
        const auto row = [&](axis_ref a) { return ir::attach(*traced.g, floor(index(a) / 384)); };
        const auto column = [&](axis_ref a) { return ir::attach(*traced.g, mod(index(a), 384)); };
        return abs(row(query) - at(row(key))) <= 1 && abs(column(query) - at(column(key))) <= 1;
      },
      [](long q, long k) { return std::abs(q / 384 - k / 384) <= 1 && std::abs(q % 384 - k % 384) <= 1; });
}

BOOST_AUTO_TEST_CASE(tiles_without_masked_pairs_run_a_program_without_masks) {
  const auto p =
      build([](expr q, expr k, expr v) { return attend(q, k, v, index(key) <= index(query)); }, q_arg, k_arg, v_arg);
  const ir::plan_view plan = p.data().plan;
  const auto selections = [&](const ir::tile_program& t) {
    int n = 0;
    for (const ir::node& x : plan.graph_of(t).nodes)
      n += x.op->is(ir::trait::selection) && x.ax.has(query) && x.ax.has(key);
    return n;
  };
  BOOST_REQUIRE(plan.streams.size() == 1);
  BOOST_TEST(selections(plan.streams[0].masked) == 1);
  BOOST_TEST(selections(plan.streams[0].clear) == 0);
}

/// Second runs count anew; walks of all heads and of the gradients count together.
BOOST_AUTO_TEST_CASE(counts_are_of_one_run_and_all_its_walks) {
  const auto p = build(grad(
                           [](expr q, expr k, expr v) {
                             const expr o = attend(q, k, v, index(key) <= index(query));
                             return sum(o * at(o), o.ax());
                           },
                           wrt<0, 1, 2>),
                       q_arg, k_arg, v_arg);
  const inputs x(500, 500);
  auto run = p.bind(x.q, x.k, x.v);
  run();
  const std::string first = words(run.tiles());
  run();
  BOOST_TEST(words(run.tiles()) == first);
  const tile_counts one = counted(500, 500, [](long q, long k) { return k <= q; });
  const int walks = p.data().plan.streams.size();
  const tile_counts n = run.tiles();
  BOOST_TEST(walks == 2);
  BOOST_TEST(n.kept + n.partial + n.skipped == walks * (one.kept + one.partial + one.skipped));
}

/// What is known of a tile is what the program computes in it, rounded as it is there.
BOOST_AUTO_TEST_CASE(ranges_are_of_what_is_computed) {
  const auto p = build(
      [](expr q, expr k, expr v) {
        const expr place = index(query) / 31.0 + 0.0 * at(index(key)); // the last one is below, at or above the limit
        return attend(q, k, v, place <= at(1 / 31.0 * at(extent(query) - 1)));
      },
      q_arg, k_arg, v_arg);
  const auto check = [&](auto zero) {
    using T = decltype(zero);
    const auto k = normal(tensor<T>(key(3), d), 2), v = normal(tensor<T>(key(3), d), 3);
    for (long n = 1; n < 300; n++) {
      const auto q = normal(tensor<T>(query(n), d), 1);
      const closeness c = close(p(q, k, v), p.reference(q, k, v), {.rtol = 0, .atol = 1e-5});
      BOOST_TEST(bool(c), n << " queries: " << c.text());
    }
  };
  check(0.0f);
  check(0.0);
}

/// Documents may have any numbers.
BOOST_AUTO_TEST_CASE(ids_that_doubles_do_not_tell_apart) {
  const auto p =
      build([](expr q, expr k, expr v, expr of_query, expr of_key) { return attend(q, k, v, of_query == of_key); },
            q_arg, k_arg, v_arg, document, document_of_key);
  inputs x(300, 300);
  for (long i = 0; i < 300; i++) x.document[i] = x.document_of_key[i] = (1L << 53) + i / 150;
  const closeness c = close(p(x.q, x.k, x.v, x.document, x.document_of_key),
                            p.reference(x.q, x.k, x.v, x.document, x.document_of_key), {.rtol = 1e-12, .atol = 1e-12});
  BOOST_TEST(bool(c), c.text());
}
