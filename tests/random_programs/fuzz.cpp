// SPDX-License-Identifier: BSL-1.0
/// fuzz --count N --seed S: N random programs from seed S on, each held to the reference, with its derivatives.
/// fuzz --text FILE: the program that a failure printed, again.
/// fuzz --emit N --seed S: N small ones as source text, of a test that compiles them.
#include "random_programs/emit.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <fstream>
#include <sstream>

int main(int argc, char** argv) {
  unsigned long count = 2000, seed = 0, emit = 0;
  std::string file;
  CLI::App app("Random programs, each held to the reference, with its derivatives.", "fuzz");
  app.add_option("--count", count, "how many")->check(CLI::PositiveNumber);
  app.add_option("--seed", seed, "of the first; the others follow");
  app.add_option("--text", file, "what a failure printed: this program alone")->check(CLI::ExistingFile);
  app.add_option("--emit", emit, "write so many as source text, of a test that compiles them");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) { return app.exit(e) ? 2 : 0; }
  if (emit) return std::fputs(support::emitted(seed, static_cast<int>(emit)).c_str(), stdout), 0;
  if (!file.empty()) try {
      std::ostringstream text;
      text << std::ifstream(file).rdbuf();
      const std::string bad = support::verdict_on_text(text.str());
      return std::puts(bad.empty() ? "agrees" : bad.c_str()), !bad.empty();
    } catch (const weft::error& e) { return std::fprintf(stderr, "%s: %s\n", file.c_str(), e.what()), 2; }

  support::covered seen;
  unsigned long wrong = 0;
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  for (unsigned long k = 0; k < count; k++) {
    if (const std::string bad = support::verdict_on(seed + k, seen); !bad.empty()) {
      wrong++;
      std::printf("%s\n", bad.c_str());
      std::fflush(stdout);
    }
    if ((k + 1) % 1000 == 0) std::fprintf(stderr, "%lu programs, %lu wrong, %.0f s\n", k + 1, wrong, seconds());
  }
  std::printf("%lu random programs of %ld nodes, %lu wrong, %d ill-conditioned comparisons, %.0f s\n", count,
              seen.nodes, wrong, seen.excused, seconds());
  return wrong > 0;
}
