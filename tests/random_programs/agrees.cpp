// SPDX-License-Identifier: BSL-1.0
#include <random_programs/check.hpp>
#include <random_programs/compiled.hpp>
#include <random_programs/compiled_score_spaces.hpp>

namespace support {

void agrees(const ir::program_data& program, bool in_float, std::uint64_t seed, bool derivative) {
  const precision how = in_float ? precision::single : precision::twice;
  const trial w(seed);
  const live_program live = derivative ? w.first() : w.plain();
  BOOST_TEST(ir::to_text(program.source) == ir::to_text(live.source()));
  const values in = drawn_inputs(program.source, seed, w.p.extents), given = as(how, in);
  const values generated = run(program, policy::compiled, how, given);
  BOOST_TEST(distance(run(program, policy::interpreted, how, given), generated) == 0);
  int excused = 0;
  const std::string far =
      how_far(live, in, live.reference(given, how), generated, how,
              in_float ? tolerance::policies_single : tolerance::policies, summed_magnitude(live, in), excused);
  BOOST_TEST(far.empty(), "generated kernels and the reference differ " << far);
  BOOST_TEST(excused == 0, "a step is too near: take another seed");
}

void score_spaces::agrees(const ir::program_data& program, std::uint64_t seed) {
  const auto [queries, keys] = lengths[seed % lengths.size()];
  const values in = drawn_inputs(program.source, seed, {{{"query", queries}, {"key", keys}}});
  const values generated = run(program, policy::compiled, precision::twice, in);
  BOOST_TEST(distance(run(program, policy::interpreted, precision::twice, in), generated) == 0, "program " << seed);
  BOOST_TEST(distance(run(program, policy::reference, precision::twice, in), generated) < 1e-12, "program " << seed);
}
} // namespace support
