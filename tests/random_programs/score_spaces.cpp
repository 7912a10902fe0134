// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE score_spaces
#include <random_programs/check.hpp>
#include <support/score_spaces.hpp>

#include <weft/facts/explain.hpp>

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {
struct trials {
  std::uint64_t first, count;
  score_spaces::exponentials how;
  score_spaces::derivatives what = score_spaces::derivatives::gradients;
  int meaningless = 0; ///< comparisons of NaNs, or ill-conditioned

  live_program program(std::uint64_t seed) const {
    return live_program([&](ir::builder& b) { return score_spaces::results(b, how, seed, what); });
  }
  std::string verdict(std::uint64_t seed) {
    const live_program p = program(seed);
    if (const ir::message m = ir::verify(p.lowered()); !m.empty()) return std::string(m.view());
    if (ir::materializes(p.data(), score_spaces::query, score_spaces::key)) return "the space is stored";
    const auto [queries, keys] = score_spaces::lengths[seed % score_spaces::lengths.size()];
    const named_extents extents{{{"query", queries}, {"key", keys}}};
    const values in = drawn_inputs(p.source(), seed, extents);
    const values want = p.reference(in), got = p.interpreted(in);
    double far = 0;
    for (std::size_t k = 0; k < want.size(); k++) far = std::max(far, distance(got[k], want[k]));
    for (const value& v : want)
      if (std::isnan(v.largest())) return meaningless++, "";
    if (far <= 1e-12) return "";
    if (ill_conditioned(p, in, precision::twice, want, far, 1)) return meaningless++, "";
    return "off by " + std::to_string(far * 1e12) + "e-12\n" +
           culprit(p, seed, extents, "reference and interpreted differ").found();
  }
  void operator()() {
    int bad = 0;
    for (std::uint64_t seed = first; seed < first + count && bad < 3; seed++) {
      std::string said;
      try {
        said = verdict(seed);
      } catch (const error& e) { said = e.what(); }
      bad += !said.empty();
      BOOST_TEST(said.empty(), "program " << seed << ": " << said);
    }
    BOOST_TEST(meaningless * 20 < static_cast<int>(count));
  }
};
/// WEFT_RANDOM_PROGRAMS=first:count tries others than the usual ones.
void try_programs(const score_spaces::exponentials& how, unsigned long count = 500,
                  score_spaces::derivatives what = score_spaces::derivatives::gradients) {
  unsigned long first = 0;
  if (const char* wish = std::getenv("WEFT_RANDOM_PROGRAMS")) std::sscanf(wish, "%lu:%lu", &first, &count);
  trials{first, count, how, what}();
}
} // namespace

BOOST_AUTO_TEST_CASE(they_are_never_stored_and_right) { try_programs(score_spaces::ours); }
BOOST_AUTO_TEST_CASE(so_are_those_of_ops_of_ones_own) { try_programs(score_spaces::theirs); }
BOOST_AUTO_TEST_CASE(so_are_tangents_and_second_derivatives) {
  try_programs(score_spaces::ours, 100, score_spaces::derivatives::tangents);
  try_programs(score_spaces::ours, 100, score_spaces::derivatives::of_gradients);
}
BOOST_AUTO_TEST_CASE(those_that_were_once_wrong) {
  for (const std::uint64_t seed : {690, 957, 1158, 2750, 3370}) {
    trials{seed, 1, score_spaces::ours}();
    trials{seed, 1, score_spaces::theirs}();
  }
}
