// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE stream_random
#include <support/score_spaces.hpp>
#include <support/streamed.hpp>

/// Random score spaces; values, gradients, tangents, tangents of gradients. Nothing may be stored, and nothing may
/// change.
using namespace support;

namespace {
void try_programs(const score_spaces::exponentials& how, std::uint64_t first, std::uint64_t count) {
  int checked = 0, bad = 0;
  for (std::uint64_t seed = first; seed < first + count && bad < 3; seed++) {
    ir::builder b(256);
    constexpr score_spaces::derivatives each[]{
        score_spaces::derivatives::none, score_spaces::derivatives::tangents, score_spaces::derivatives::of_gradients,
        score_spaces::derivatives::gradients, score_spaces::derivatives::gradients};
    for (const expr& y : score_spaces::results(b, how, seed, each[seed % 5])) b.outputs.push_back(ir::attach(b, y).id);
    const streamed_program p(b);
    const std::string plan = shown(p.after.view());
    const double far = p.error(1.0, 1e-2);
    checked += !std::isnan(far);
    const bool right = !(far > 1e-11) && plan.find("stored") == plan.npos && plan.front() != '0';
    bad += !right;
    BOOST_TEST(right, "program " << seed << ": " << plan << ", error " << far);
  }
  BOOST_TEST(checked * 10 > static_cast<int>(count) * 8);
}
} // namespace

BOOST_AUTO_TEST_CASE(ops_of_ones_own_stream_alike) {
  check("attention and its gradients", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    const auto f = [](expr q, expr k, expr v) {
      const expr s = causal(scores(q, k));
      return contract(power_of_two(s - at(guarded(log_sum_powers(s, key)))), v, key);
    };
    return forward_and_gradients(b, f, q, k, v);
  });
}
/// WEFT_RANDOM_PROGRAMS=first:count tries others than the usual ones.
BOOST_AUTO_TEST_CASE(random_score_spaces) {
  unsigned long first = 0, count = 250;
  if (const char* wish = std::getenv("WEFT_RANDOM_PROGRAMS")) std::sscanf(wish, "%lu:%lu", &first, &count);
  try_programs(score_spaces::ours, first, count);
  try_programs(score_spaces::theirs, first, count);
}
