// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE streams_held_axes
#include <support/program.hpp>

#include <boost/test/unit_test.hpp>

/// Axes that a score space mixes are held by its tiles: maxima begin with what earlier tiles found at the same place of
/// them, and sums shrink by the factor of their own place, in whichever order values have their axes.
using namespace support;

namespace {
constexpr axis<"group", 2> group;
constexpr axis<"copy", 3> copy;
constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr axis<"d", 4> d;
constexpr axis<"e", 5> e;

/// Several blocks of several tiles each, the last of them partly filled.
long extent_of_several_tiles(axis_ref a) { return a->extent != unbound ? a->extent : same(a, query) ? 61 : 150; }

using results = std::vector<expr>;
/// `f` gets scores [group, query, copy, key], and an input for every list of axes.
void check(const char* name, const std::vector<axes>& more, results (*f)(const expr&, const results&)) {
  BOOST_TEST_CONTEXT(name) {
    const live_program p([&](ir::builder& b) {
      const expr q = ir::input(b, {group, query, d}, real, "q"), k = ir::input(b, {copy, key, d}, real, "k");
      const expr mixing = ir::input(b, {group, copy}, real, "mixing");
      results inputs;
      for (const axes& ax : more) inputs.push_back(ir::input(b, ax, real, "x"));
      const expr s = 3.0 * at(contract(q, k, d));
      results r = f(s, inputs);
      r.push_back(sum(tanh(contract(s, mixing, {group, copy})), key)); // holds group and copy in every tile
      return r;
    });
    BOOST_TEST(!ir::materializes(p.data(), query, key));
    values in;
    for (int i : p.source().inputs) {
      std::vector<long> extents;
      for (axis_ref a : p.source()[i].ax) extents.push_back(extent_of_several_tiles(a));
      value v(real, precision::twice, p.source()[i].ax, extents);
      for (long j = 0; j < v.size(); j++) v.set(j, 2 * uniform_at(in.size(), static_cast<std::uint64_t>(j)) - 1);
      in.push_back(std::move(v));
    }
    BOOST_TEST(distance(p.reference(in), p.interpreted(in)) < 1e-12);
  }
}
} // namespace

BOOST_AUTO_TEST_CASE(maxima_of_each_place) {
  check("over keys", {}, [](const expr& s, const results&) { return results{max(s, key), min(s, key)}; });
  check("over queries", {}, [](const expr& s, const results&) { return results{max(s, query), min(s, query)}; });
}
BOOST_AUTO_TEST_CASE(rescaled_sums_of_each_place) {
  check("over keys", {}, [](const expr& s, const results&) { return results{logsumexp(s, key)}; });
  check("over queries", {}, [](const expr& s, const results&) { return results{logsumexp(s, query)}; });
  const std::vector<axes> values_of_keys{{key, e}, {group, key, e}, {copy, key, e}, {group, copy, key, e}};
  check("attention over keys", values_of_keys, [](const expr& s, const results& v) {
    results r;
    for (const expr& x : v) r.push_back(contract(softmax(s, key), x, key));
    return r;
  });
  const std::vector<axes> values_of_queries{{query, e}, {group, query, e}, {copy, query, e}, {group, copy, query, e}};
  check("attention over queries", values_of_queries, [](const expr& s, const results& v) {
    results r;
    for (const expr& x : v) r.push_back(contract(softmax(s, query), x, query));
    return r;
  });
}
