// SPDX-License-Identifier: BSL-1.0
/// fuzz --count N --seed S: N random programs from seed S on, each held to the reference, with its derivatives.
/// fuzz --text FILE: the program that a failure printed, again.
/// fuzz --emit N --seed S: N small ones as source text, of a test that compiles them.
#include "random_programs/emit.hpp"

#include <chrono>
#include <cstring>
#include <fstream>
#include <sstream>

int main(int argc, char** argv) {
  unsigned long count = 2000, seed = 0, emit = 0;
  const char* file = nullptr;
  for (int i = 1; i < argc; i++) {
    const auto option = [&](const char* name) { return !std::strcmp(argv[i], name) && i + 1 < argc; };
    if (option("--count")) count = std::strtoul(argv[++i], nullptr, 10);
    else if (option("--seed")) seed = std::strtoul(argv[++i], nullptr, 10);
    else if (option("--emit")) emit = std::strtoul(argv[++i], nullptr, 10);
    else if (option("--text")) file = argv[++i];
    else return std::fprintf(stderr, "usage: fuzz [--count N] [--seed S] | --text FILE | --emit N [--seed S]\n"), 2;
  }
  if (emit) return std::fputs(support::emitted(seed, static_cast<int>(emit)).c_str(), stdout), 0;
  if (file) try {
      std::ostringstream text;
      text << std::ifstream(file).rdbuf();
      const std::string bad = support::verdict_on_text(text.str());
      return std::printf("%s\n", bad.empty() ? "agrees" : bad.c_str()), !bad.empty();
    } catch (const weft::error& e) { return std::fprintf(stderr, "%s: %s\n", file, e.what()), 2; }

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
  std::printf("%lu random programs of %ld nodes, %lu wrong, %d comparisons next to a step, %.0f s\n", count, seen.nodes,
              wrong, seen.excused, seconds());
  return wrong > 0;
}
